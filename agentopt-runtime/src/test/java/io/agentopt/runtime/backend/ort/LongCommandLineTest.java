package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** ONNX Runtime 1.29 ends a process whose command line is some 4,000 characters long when it starts on a stack of a megabyte. */
class LongCommandLineTest {
    @Test
    void aLongClassPathDoesNotEndTheProcess() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Dpadding=" + "x".repeat(100_000),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostApplication.class.getName(),
                        "ours-first")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("libonnxruntime");
    }
}
