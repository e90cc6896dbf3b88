package io.agentopt.compiled;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.compiled.KernelTarget.Form;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class WithoutCodegenTest {
    @TempDir
    Path folder;

    @Test
    @Timeout(60)
    void kernelsOfAPlanRunTheirReferencesAndOneLineSaysWhy() throws Exception {
        Path file = folder.resolve("support.agentplan");
        CompiledPlan.of(CompiledAgents.plan(CompiledAgents.support()))
                .with(List.of(CompiledAgents.kernel("softmax{columns=2}", Form.X86_OBJECT, "skylake-avx512", "object")))
                .save(file);
        String said = run(file);
        assertThat(said.lines().filter(l -> !l.contains("INFO")))
                .containsExactly("REFERENCE", "REFERENCE", "REFERENCE", "0.5 of 1");
        assertThat(said.lines().filter(l -> l.contains("INFO")))
                .singleElement()
                .asString()
                .contains("Kernels run in plain Java. The code generation library '/nowhere/libagentopt-codegen.so'"
                        + " (system property agentopt.codegen.library) does not exist.");
    }

    static String run(Path file, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dagentopt.codegen.library=/nowhere/libagentopt-codegen.so",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                WithoutCodegen.class.getName(),
                file.toString()));
        command.addAll(1, List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
