package io.agentopt.lower;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.graph.GraphException;
import io.agentopt.graph.GraphJson;
import io.agentopt.graph.NodeOptions;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.pass.Pipeline;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Sampling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A graph that was written as IR and read back is the graph: its file is the same, byte for byte. */
@RequiresMlir
class IrToGraphTest {
    private static final PassageIndex INDEX = PassageIndex.of("docs", model("e"), List.of(Passage.of("p", "text")));

    @Test
    void everyFactOfANodeComesBack() {
        AgentGraph<Integer, Object> inner =
                AgentGraph.define("inner", Integer.class, Object.class, (g, in) -> in.map("text", x -> x));
        AgentGraph<String, Object> graph = AgentGraph.define("all", String.class, Object.class, (g, q) -> {
            var options = NodeOptions.NONE
                    .timeout(Duration.ofNanos(1_234_567_891L))
                    .retries(2)
                    .pinnedTo("gpu 1")
                    .forbid("b")
                    .forbid("a")
                    .outputBytes(0.1 + 0.2)
                    .zones("eu", "us");
            var found = g.node(
                    "search",
                    vectorSearch(INDEX, 3),
                    g.node("embed", embed(model("e")).expecting(17.25), q),
                    options);
            var answer = g.node(
                    "ask",
                    generate(model("m"))
                            .maxTokens(77)
                            .sampling(new Sampling(0.7, 40, 0.9, 7))
                            .expecting(1.0 / 3 + 100, 20.5),
                    g.node(
                            "prompt",
                            (String s, List<Passage> p) ->
                                    Prompt.system("x").context(p).user(s),
                            q,
                            found));
            var state = g.loop(
                    "again",
                    answer.map("n", c -> c.outputTokens()),
                    maxIterations(5).expected(1.1),
                    (b, s) -> {
                        var next = s.map("next", x -> x + 1);
                        return step(next.map("done?", x -> x > 3), b.nested("in", inner, next), next);
                    });
            return state;
        });
        assertThat(GraphJson.write(again(graph))).isEqualTo(GraphJson.write(graph));
    }

    @Test
    void oddNamesAndSharedFunctionsComeBack() {
        Function<String, String> shared = String::strip;
        AgentGraph<String, String> graph = AgentGraph.define("\"odd\" é中\n", String.class, String.class, (g, q) -> {
            var last = q;
            for (String name : List.of("\"", "é中", " x", "\nx", "\\", ".x", "%0", "then", "{}"))
                last = last.map(name, shared);
            var text = last;
            return g.when("else", text.map("?", String::isEmpty), 0.25, b -> text.map("then", shared), b -> q);
        });
        assertThat(GraphJson.write(again(graph))).isEqualTo(GraphJson.write(graph));
        assertThat(again(graph).functionNames()).isEqualTo(graph.functionNames());
    }

    @Test
    void irThatWasLoweredIsNoGraph() {
        AgentGraph<String, String> graph = LoweringTest.support();
        try (MlirContext context = MlirContext.create();
                MlirModule module = GraphToIr.write(context, graph)) {
            Pipeline.empty()
                    .thenEachGraph(
                            "split",
                            new DecomposeGenerate(LoweringTest.all(graph, "cpu", Map.of()), LoweringCosts.unknown()))
                    .run(module);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> IrToGraph.read(module, String.class, String.class, Bindings.of(graph)))
                    .withMessageContaining("agent.prefill")
                    .withMessageContaining("no pass has changed");
        }
    }

    @Test
    void textWithoutLocationsSaysWhatItLacks() {
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.parse(
                        "agent.graph @g(%a: !agent.text) -> !agent.text { agent.yield %a : !agent.text }", "bare")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> IrToGraph.read(module, String.class, String.class, new Bindings()))
                    .withMessageContaining("'input_type'");
        }
    }

    @Test
    void aNameThatIsNotBoundIsNamed() {
        byte[] written = GraphIr.write(LoweringTest.support());
        assertThatThrownBy(() -> GraphIr.read(written, String.class, String.class, new Bindings()))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("is not bound");
        assertThatThrownBy(() -> GraphIr.read(new byte[] {1, 2}, String.class, String.class, new Bindings()))
                .isInstanceOf(MlirException.class);
    }

    private static <I, O> AgentGraph<I, O> again(AgentGraph<I, O> graph) {
        return GraphIr.read(GraphIr.write(graph), graph.inputType(), graph.outputType(), Bindings.of(graph));
    }
}
