package io.agentopt.lower;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphBuilder;
import io.agentopt.graph.Port;
import io.agentopt.message.Prompt;
import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.operator.Tool;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What decomposition, placement and transfers do, in both lowerings. */
class TransferRuleTest {
    private static final Tool<Object, Object> ECHO = tool("echo", (Object x) -> x);

    static Stream<Lowering> lowerings() {
        return switch (Mlir.availability()) {
            case Available a -> Stream.of(new DirectLowering(), new MlirLowering());
            case Unavailable u -> Stream.of(new DirectLowering()); // other tests say the reason
        };
    }

    @ParameterizedTest
    @MethodSource("lowerings")
    void prefillAndDecodeOnOneDeviceNeedNoTransfer(Lowering lowering) {
        AgentGraph<Prompt, Object> graph = AgentGraph.define(
                "ask",
                Prompt.class,
                Object.class,
                (g, p) -> g.node("say", generate(model("m")), p).map("text", c -> c.text()));
        assertThat(kinds(lowering.lower(graph, LoweringTest.all(graph, "cpu", Map.of()))))
                .containsExactly("Prefill", "Decode", "Transform");
        Program apart = lowering.lower(graph, LoweringTest.all(graph, "cpu", Map.of(OperatorId.prefill("say"), "gpu")));
        assertThat(kinds(apart)).containsExactly("Transfer", "Prefill", "KvTransfer", "Decode", "Transform");
        assertThat(apart.allSteps().get(2)).isInstanceOfSatisfying(Step.KvTransfer.class, t -> {
            assertThat(t.from()).isEqualTo("gpu");
            assertThat(t.to()).isEqualTo("cpu");
            assertThat(t.path()).isEqualTo("say");
        });
    }

    @ParameterizedTest
    @MethodSource("lowerings")
    void aPlacementWithoutAnOperatorIsRefusedByName(Lowering lowering) {
        AgentGraph<String, String> graph = LoweringTest.support();
        for (OperatorId missing : List.of(
                OperatorId.whole("prompt"),
                OperatorId.whole("think/tools/tool"),
                OperatorId.prefill("think/generate"),
                OperatorId.decode("think/generate"))) {
            Map<OperatorId, String> classes =
                    new TreeMap<>(LoweringTest.all(graph, "cpu", Map.of()).deviceClasses());
            assertThat(classes.remove(missing)).isNotNull();
            for (int again = 0; again < 3; again++)
                assertThatThrownBy(() -> lowering.lower(graph, new Placement("cpu", classes)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll(
                                "The placement has no operator '" + missing + "'", "Plan the graph again");
        }
        assertThat(lowering.lower(graph, LoweringTest.all(graph, "cpu", Map.of()))
                        .graph())
                .isEqualTo("support");
    }

    @ParameterizedTest
    @MethodSource("lowerings")
    void aValueIsCopiedOnceABlock(Lowering lowering) {
        AgentGraph<Object, Object> graph = AgentGraph.define("copies", Object.class, Object.class, (g, in) -> {
            var a = g.node("a", tool("a", (Object x) -> x), in);
            var b = g.node("b", tool("b", (Object x) -> x), in);
            var yes = g.node("yes", (Object x, Object y) -> true, a, b);
            return g.when(
                    "which",
                    yes,
                    0.5,
                    c -> c.node("c", tool("c", (Object x) -> x), c.node("d", tool("d", (Object x) -> x), in)),
                    c -> c.node("e", tool("e", (Object x) -> x), in));
        });
        Program program = lowering.lower(graph, LoweringTest.all(graph, "gpu", "cpu", Map.of()));
        Step.When when = (Step.When) program.body().steps().get(4);
        // The optimiser sees that the copy of the outer block will do inside, too.
        List<String> copies = lowering instanceof MlirLowering ? List.of() : List.of("cpu>gpu");
        assertThat(program.body().steps())
                .extracting(TransferRuleTest::route)
                .containsExactly("cpu>gpu", "a on gpu", "b on gpu", "yes on gpu", "When", "gpu>cpu");
        assertThat(when.then().steps())
                .extracting(TransferRuleTest::route)
                .containsExactlyElementsOf(Stream.concat(copies.stream(), Stream.of("d on gpu", "c on gpu"))
                        .toList());
        assertThat(when.otherwise().steps())
                .extracting(TransferRuleTest::route)
                .containsExactlyElementsOf(
                        Stream.concat(copies.stream(), Stream.of("e on gpu")).toList());
        assertThat(program.allSteps().getLast()).isInstanceOfSatisfying(Step.Transfer.class, t -> {
            assertThat(t.to()).as("the output goes home").isEqualTo("cpu");
            assertThat(program.body().yields()).containsExactly(t.result());
        });
    }

    @ParameterizedTest
    @MethodSource("lowerings")
    void aLoopsNextStateReturnsToWhereItsFirstWas(Lowering lowering) {
        AgentGraph<Object, Object> graph = AgentGraph.define(
                "rounds",
                Object.class,
                Object.class,
                (g, in) -> g.loop("again", in, maxIterations(3), (b, s) -> {
                    Port<Object> next = b.node("next", tool("next", (Object x) -> x), s);
                    return step(next.map("done", x -> true), next, next);
                }));
        Program program =
                lowering.lower(graph, LoweringTest.all(graph, "cpu", Map.of(OperatorId.whole("again/next"), "gpu")));
        Step.Loop loop = (Step.Loop) program.allSteps().getFirst();
        assertThat(loop.body().steps())
                .extracting(TransferRuleTest::route)
                .containsExactly("cpu>gpu", "next on gpu", "gpu>cpu", "done on cpu");
        Step.Transfer back = (Step.Transfer) loop.body().steps().get(2);
        assertThat(loop.body().yields().get(2)).isEqualTo(back.result());
        assertThat(loop.body().yields().get(1)).as("the result stays").isEqualTo(back.value());
        assertThat(program.allSteps().getLast()).isInstanceOf(Step.Transfer.class);
    }

    @ParameterizedTest
    @MethodSource("lowerings")
    void theBranchesOfAWhenMeetOnTheFirstOnesDevice(Lowering lowering) {
        AgentGraph<Object, Object> graph = AgentGraph.define(
                "meet",
                Object.class,
                Object.class,
                (g, in) -> g.when(
                        "which",
                        in.map("yes", x -> true),
                        0.5,
                        b -> b.node("left", tool("left", (Object x) -> x), in),
                        b -> b.node("right", tool("right", (Object x) -> x), in)));
        Program program = lowering.lower(
                graph,
                LoweringTest.all(
                        graph,
                        "cpu",
                        Map.of(
                                OperatorId.whole("which/then/left"), "H100",
                                OperatorId.whole("which/else/right"), "MI300X")));
        Step.When when = (Step.When) program.body().steps().get(1);
        assertThat(when.then().steps()).extracting(TransferRuleTest::route).containsExactly("cpu>H100", "left on H100");
        assertThat(when.otherwise().steps())
                .extracting(TransferRuleTest::route)
                .containsExactly("cpu>MI300X", "right on MI300X", "MI300X>H100");
        assertThat(program.body().steps().get(2))
                .extracting(TransferRuleTest::route)
                .isEqualTo("H100>cpu");
    }

    @ParameterizedTest
    @MethodSource("lowerings")
    void theInputItselfMayBeTheOutput(Lowering lowering) {
        AgentGraph<Object, Object> graph =
                AgentGraph.define("echo", Object.class, Object.class, (GraphBuilder g, Port<Object> in) -> in);
        Program program = lowering.lower(graph, new Placement("cpu", Map.of()));
        assertThat(program.allSteps()).isEmpty();
        assertThat(program.body().yields()).isEqualTo(program.body().parameters());
    }

    @ParameterizedTest
    @MethodSource("lowerings")
    void longChainsAndDeepNestsLower(Lowering lowering) {
        AgentGraph<Object, Object> graph = AgentGraph.define("large", Object.class, Object.class, (g, in) -> {
            Port<Object> last = in;
            for (int i = 0; i < 1000; i++) last = g.node("n" + i, ECHO, last);
            return nest(g, last, 60);
        });
        Map<OperatorId, String> everyOther = new TreeMap<>();
        for (int i = 0; i < 1000; i += 2) everyOther.put(OperatorId.whole("n" + i), "gpu");
        Program program = lowering.lower(graph, LoweringTest.all(graph, "cpu", everyOther));
        assertThat(program.allSteps())
                .filteredOn(Step.Transfer.class::isInstance)
                .hasSize(1000);
        assertThat(program.allSteps()).filteredOn(Step.When.class::isInstance).hasSize(60);
    }

    private static Port<Object> nest(GraphBuilder g, Port<Object> in, int depth) {
        if (depth == 0) return g.node("deepest", ECHO, in);
        return g.when("in", in.map("yes", x -> true), 0.5, b -> nest(b, in, depth - 1), b -> in);
    }

    private static List<String> kinds(Program program) {
        return program.allSteps().stream()
                .map(s -> s.getClass().getSimpleName())
                .toList();
    }

    private static String route(Step step) {
        return switch (step) {
            case Step.Transfer t -> t.from() + ">" + t.to();
            case Step.ToolCall t -> t.tool() + " on " + t.device();
            case Step.Transform t -> t.path().substring(t.path().lastIndexOf('/') + 1) + " on " + t.device();
            default -> step.getClass().getSimpleName();
        };
    }
}
