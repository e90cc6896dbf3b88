package io.agentopt.runtime.compiled;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.compiled.CompiledPlan;
import io.agentopt.lower.DirectLowering;
import io.agentopt.lower.Lowering;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.program.Program.Origin;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compiled plans between processes, one of which has no native library. */
@Timeout(120)
class ElsewhereTest {
    private static final String NO_LIBRARY = "-Dagentopt.mlir.library=/nowhere/libagentopt-mlir.so";

    @TempDir
    Path folder;

    private String run(String option, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1"));
        String named = System.getProperty("agentopt.mlir.library");
        if (!option.isEmpty()) command.add(option);
        else if (named != null) command.add("-Dagentopt.mlir.library=" + named);
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.add(Elsewhere.class.getName());
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** The build runs this class a second time with this property; without this test it would not notice that natives came back. */
    @Test
    void whereNoNativesAreAskedForNoneAreUsed() {
        boolean without = Boolean.getBoolean("agentopt.without.natives");
        if (without) assertThat(Mlir.availability()).isInstanceOf(Unavailable.class);
        boolean plain = Lowering.best() instanceof DirectLowering;
        assertThat(plain).isEqualTo(Mlir.availability() instanceof Unavailable);
    }

    @Test
    void aPlanCompiledHereRunsWhereThereIsNoLibrary() throws Exception {
        Path file = folder.resolve("doubling.agentplan");
        CompiledPlan.of(Elsewhere.plan()).save(file);
        assertThat(run(NO_LIBRARY, "run", file.toString(), folder.toString(), "9"))
                .isEqualTo("Unavailable\n145\n");
    }

    @Test
    void aPlanCompiledWithoutTheLibraryRunsHere() throws Exception {
        Path file = folder.resolve("doubling.agentplan");
        run(NO_LIBRARY, "compile", file.toString());
        CompiledPlan compiled = CompiledPlan.load(file);
        assertThat(compiled.program().origin()).isEqualTo(Origin.DIRECT);
        assertThat(compiled.compiledWith().mlir()).isEmpty();
        try (Agent<Integer, Integer> agent = AgentRuntime.load(compiled, Elsewhere.graph(), ModelStore.of(folder))) {
            assertThat(agent.run(9)).isEqualTo(145);
        }
    }

    /** Hash orders differ from process to process; the file must not. */
    @Test
    void twoProcessesWriteTheSameBytes() throws Exception {
        Path file = folder.resolve("doubling.agentplan");
        run("", "compile", file.toString());
        CompiledPlan here = CompiledPlan.of(Elsewhere.plan());
        assertThat(Files.readAllBytes(file)).isEqualTo(here.bytes());
        boolean plain = Mlir.availability() instanceof Unavailable;
        assertThat(here.program().origin()).isEqualTo(plain ? Origin.DIRECT : Origin.MLIR);
    }

    @Test
    void withoutTheLibraryOneMessageSaysSo() throws Exception {
        String said = run(NO_LIBRARY, "plan", folder.toString(), "9");
        assertThat(said.lines()).filteredOn(l -> l.equals("145")).hasSize(2);
        assertThat(said.lines())
                .filteredOn(l -> l.contains("/nowhere/libagentopt-mlir.so"))
                .singleElement()
                .asString()
                .contains(
                        "Lowering in plain Java, without optimisation: The MLIR library '/nowhere/libagentopt-mlir.so'"
                                + " (system property agentopt.mlir.library) does not exist. Correct the property, or remove it");
    }
}
