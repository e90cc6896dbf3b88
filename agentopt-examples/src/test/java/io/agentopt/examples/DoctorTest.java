package io.agentopt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.device.fact.GpuFacts;
import io.agentopt.runtime.device.spec.Description;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
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

    private static String printed(String... options) {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Doctor.main(options);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theReportHasBothLibrariesAndTheDevices() {
        String report = printed();
        assertThat(report.lines().map(l -> l.split(" ", 2)[0]))
                .startsWith("Java", "Compiler", "Kernels", "Devices")
                .contains("cpu");
        assertThat(report).containsPattern("found and described in [0-9]+ ms of processor time");
    }

    @Test
    void theReportForProgramsHasTheNumbersAndWhereTheyComeFrom() throws Exception {
        JsonNode report = new ObjectMapper().readTree(printed("--json"));
        assertThat(report.get("detectionProcessorSeconds").asDouble()).isNotNegative();
        JsonNode cpu = report.get("devices").get(0);
        assertThat(cpu.get("id").asText()).isEqualTo("cpu");
        assertThat(cpu.get("rung").asText()).isEqualTo("READY");
        assertThat(cpu.get("facts").get("usable").asInt()).isPositive();
        assertThat(cpu.get("spec").get("memoryGigabytesPerSecond").asDouble()).isPositive();
        assertThat(cpu.get("origins").get("memoryGigabytesPerSecond").asText()).isIn("MEASURED", "TYPICAL");
        assertThat(report.get("devices").findValuesAsText("id")).contains("cuda");
    }

    @Test
    void aCardIsToldWithWhatItsDriverSays() throws Exception {
        GpuFacts card = new GpuFacts(
                "driver, NVML",
                "GPU-1",
                "0000:01:00.0",
                "580.1",
                "sm_90",
                OptionalLong.of(150754820096L),
                OptionalLong.empty(),
                OptionalInt.of(132),
                OptionalDouble.of(1.98e9),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalDouble.of(700),
                OptionalInt.of(5),
                OptionalInt.of(16),
                List.of(),
                Optional.of(true),
                Optional.empty(),
                List.of("NVLink: not supported"));
        DetectedDevice device = new DetectedDevice(
                "cuda:0",
                "NVIDIA",
                DetectedDevice.Kind.GPU,
                "NVIDIA H200",
                Rung.READY,
                "ran",
                1,
                Map.of(),
                Optional.empty(),
                Optional.of(card));
        Detection found =
                new Detection(List.of(new Description.Undescribed(device, "Nobody knows its clock.")), 0.125, 0.25);
        JsonNode json = new ObjectMapper()
                .readTree(DoctorJson.of("c", "k", found))
                .get("devices")
                .get(0);
        assertThat(json.get("facts").get("hostBytesPerSecond").asDouble()).isEqualTo(16 * 3.938e9);
        assertThat(json.get("facts").has("freeBytes"))
                .as("what nobody tells is left out")
                .isFalse();
        assertThat(json.get("facts").get("missing").get(0).asText()).isEqualTo("NVLink: not supported");
        assertThat(json.get("undescribed").asText()).isEqualTo("Nobody knows its clock.");
        assertThat(found.took()).isEqualTo("found and described in 125 ms of processor time, 250 ms on the clock");
    }
}
