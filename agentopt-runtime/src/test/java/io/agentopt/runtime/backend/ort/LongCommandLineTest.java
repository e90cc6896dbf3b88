package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ONNX Runtime 1.29 ended a process whose command line was long: see {@link OrtTelemetry}. */
class LongCommandLineTest {
    private static final int ARGUMENTS = 40;

    /** The other process. */
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.out.println("opened " + OrtEnvironment.get().version());
        }
    }

    @Test
    void aLongCommandLineDoesNotEndTheProcess() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        for (int i = 0; i < ARGUMENTS; i++) command.add("/a/class/path/of/many/jars-".repeat(20));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("ORT_DISABLE_TELEMETRY");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("opened 1.");
    }
}
