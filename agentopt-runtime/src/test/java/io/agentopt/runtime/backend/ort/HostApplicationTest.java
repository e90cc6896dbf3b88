package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** ai.onnxruntime in the same process, in processes of their own because the order of loading matters. */
class HostApplicationTest {
    @Test
    void theLibraryThatAnApplicationHasLoadedIsUsed() throws Exception {
        assertThat(run("theirs-first")).isEqualTo("the library that ai.onnxruntime loaded|{}");
    }

    @Test
    void anApplicationMayLoadItsOwnLater() throws Exception {
        assertThat(run("ours-first")).contains("libonnxruntime").endsWith("|{}");
    }

    /** ONNX Runtime 1.29 overflowed the stack over a class path of 4,000 letters: no message, no hs_err file, exit status 139. */
    @Test
    void aLongCommandLineDoesNotEndTheProcess() throws Exception {
        assertThat(run("ours-first", "-Dclasses=" + "/home/someone/library-1.0.jar:".repeat(1000)))
                .endsWith("|{}");
    }

    private static String run(String order) throws Exception {
        return run(order, "-Dclasses=few");
    }

    private static String run(String order, String property) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        property,
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostApplication.class.getName(),
                        order)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(said).isZero();
        return said.substring(said.lastIndexOf('\n') + 1);
    }
}
