package io.agentopt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Codegen;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DoctorTest {
    private static final Availability MISSING = new Unavailable("No library on the class path. Add the artifact.");

    @Test
    void aMissingLibraryIsSaidWithTheReasonAndTheWayOut() {
        assertThat(Doctor.compiler(MISSING))
                .isEqualTo("plain Java lowering. No library on the class path. Add the artifact.");
        assertThat(Doctor.kernels(MISSING))
                .isEqualTo("plain Java kernels, which are slower. No library on the class path. Add the artifact.");
    }

    @Test
    void theLineOfThisMachineIsThatOfItsLibrary() {
        switch (Codegen.availability()) {
            case Available a ->
                assertThat(Doctor.kernels())
                        .matches("compiled for [A-Za-z0-9-]+, ready: "
                                + a.library().getFileName());
            case Unavailable u -> assertThat(Doctor.kernels()).endsWith(u.reason());
        }
    }

    @Test
    void theReportHasBothLibrariesAndTheDevices() {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Doctor.main(new String[0]);
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines().map(l -> l.split(" ", 2)[0]))
                .startsWith("Java", "Compiler", "Kernels")
                .contains("cpu");
    }
}
