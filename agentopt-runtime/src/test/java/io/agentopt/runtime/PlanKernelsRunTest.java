package io.agentopt.runtime;

import static io.agentopt.operator.Operators.kernel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.compiled.CompiledKernel;
import io.agentopt.compiled.CompiledPlan;
import io.agentopt.compiled.KernelTarget.Form;
import io.agentopt.graph.AgentGraph;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.message.Tensor;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.compiled.Plans;
import io.agentopt.runtime.dispatch.RunClock;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An agent of a compiled plan runs the kernels that came with it. */
class PlanKernelsRunTest {
    private static final KernelSpec SOFTMAX = KernelSpec.of("softmax").with("columns", 4);
    private static final AgentGraph<Tensor, Tensor> GRAPH = AgentGraph.define(
            "soft",
            Tensor.class,
            Tensor.class,
            (g, in) -> g.node("op", kernel("softmax", 1).with("columns", 4), in));
    private static final Plan<Tensor, Tensor> PLAN = Plans.of(GRAPH, Running.onOneDevice(GRAPH));
    private static final Tensor INPUT = Tensor.of(new float[] {0, 0, 0, 0}, 1, 4);
    private static final Tensor OUTPUT = Tensor.of(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, 1, 4);

    @TempDir
    Path folder;

    @BeforeEach
    void compilerIsThere() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason)) {
            System.out.println("PlanKernelsRunTest is skipped: " + reason);
            Assumptions.abort(reason);
        }
    }

    @Test
    void theKernelsOfNodesAreInTheCompiledPlan() {
        List<CompiledKernel> kernels = CompiledPlan.of(PLAN).kernels();
        assertThat(kernels).singleElement().satisfies(k -> {
            assertThat(k.kernel()).isEqualTo(SOFTMAX.toString());
            assertThat(k.target().form()).isEqualTo(Form.X86_OBJECT);
        });
        assertThat(CompiledPlan.of(PLAN, List.of(SOFTMAX)).kernels()).isEqualTo(kernels);
    }

    @Test
    void anAgentRunsThemAndClosesThem() {
        CompiledPlan compiled = CompiledPlan.read(CompiledPlan.of(PLAN).bytes(), "soft");
        Kernels kernels = compiled.openKernels();
        try (Agent<Tensor, Tensor> agent = AgentRuntime.open(
                GRAPH,
                compiled.program(),
                PLAN.placement(),
                Optional.empty(),
                AgentOptions.DEFAULTS,
                RunClock.system("soft"),
                () -> kernels)) {
            assertThat(kernels.compiled(SOFTMAX).origin()).isEqualTo(Kernel.Origin.COMPILED);
            assertThat(agent.run(INPUT)).isEqualTo(OUTPUT);
        }
        assertThatThrownBy(() -> kernels.of(SOFTMAX)).hasMessageContaining("after its kernels were closed");
    }

    /** Neither native library is there. */
    @Test
    @Timeout(60)
    void anAgentElsewhereRunsThem() throws Exception {
        Path file = folder.resolve("soft.agentplan");
        CompiledPlan.of(PLAN).save(file);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Dagentopt.codegen.library=/nowhere/libagentopt-codegen.so",
                        "-Dagentopt.mlir.library=/nowhere/libagentopt-mlir.so",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        PlanKernelsRunTest.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("answered true", "softmax{columns=4} (COMPILED)");
    }

    /** The agent of a plan in a file, in a process of its own. */
    public static void main(String[] args) {
        CompiledPlan compiled = CompiledPlan.load(Path.of(args[0]));
        try (Kernels kernels = compiled.openKernels();
                Agent<Tensor, Tensor> agent = AgentRuntime.load(compiled, GRAPH, ModelStore.of(Path.of(".")))) {
            System.out.println(kernels.compiled(SOFTMAX));
            System.out.println("answered " + agent.run(INPUT).equals(OUTPUT));
        }
    }
}
