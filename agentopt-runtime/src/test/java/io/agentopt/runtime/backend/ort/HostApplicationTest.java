package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    /** ONNX Runtime looks through the command line in a way that takes stack for each character, and ended the process. */
    @Test
    void aLongCommandLineIsNoReasonToDie() throws Exception {
        assertThat(run("ours-first", "-Dclass.path.of.a.large.application=" + "x".repeat(100_000)))
                .contains("libonnxruntime")
                .endsWith("|{}");
    }

    /** Only {@code -Xss} lets this one live; a thread of the usual 1 MB ended it. */
    @Test
    void anApplicationThatWasFirstIsToldOfItsLongCommandLine() throws Exception {
        String line = "-Dclass.path.of.a.large.application=" + "x".repeat(20_000);
        assertThat(run("theirs-first", line, "-Xss64m"))
                .startsWith("the library that ai.onnxruntime loaded|{}The command line of this process has ")
                .contains("ORT_DISABLE_TELEMETRY=1");
    }

    private static String run(String order, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of(HostApplication.class.getName(), order));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("CLASSPATH", System.getProperty("java.class.path")); // the command line's length is what is tested
        builder.environment().remove("ORT_DISABLE_TELEMETRY");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(said).isZero();
        return said.substring(said.lastIndexOf('\n') + 1);
    }
}
