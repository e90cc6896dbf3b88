package io.agentopt.lower;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.message.Passage;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.operator.PassageIndex;
import io.agentopt.plan.Placement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Types of values in the IR: what the graph infers must verify. */
@RequiresMlir
class GraphToIrTest {
    private static final PassageIndex INDEX = PassageIndex.of("docs", model("e"), List.of(Passage.of("p", "text")));

    @Test
    void forEachGoesOverPassages() {
        AgentGraph<String, Object> graph = AgentGraph.define("summary", String.class, Object.class, (g, q) -> {
            var found = g.node("search", vectorSearch(INDEX, 3), g.node("embed", embed(model("e")), q));
            return g.forEach("each", found, 3, (b, p) -> p.map("text", Passage::text))
                    .map("join", texts -> String.join(" ", texts));
        });
        assertThat(written(graph)).contains("agent.for_each %1 expected 3.000000e+00 : !agent.passages -> !agent.list");
        same(graph);
    }

    @Test
    void aForEachMayGivePassages() {
        AgentGraph<String, Object> graph = AgentGraph.define("rank", String.class, Object.class, (g, q) -> {
            var found = g.node("search", vectorSearch(INDEX, 3), g.node("embed", embed(model("e")), q));
            var chosen = g.when(
                    "short?",
                    q.map("short", s -> s.length() < 9),
                    0.5,
                    b -> found,
                    b -> b.forEach("cut", found, 3, (c, p) -> p.map("cut", x -> Passage.of("c", x.text()))));
            return chosen.map("size", List::size);
        });
        assertThat(written(graph)).contains(": !agent.passages -> !agent.passages");
        same(graph);
    }

    @Test
    void aNestedGraphMayTakeAndGiveMoreGeneralTypes() {
        AgentGraph<Object, Object> inner = AgentGraph.define(
                "any",
                Object.class,
                Object.class,
                (g, in) -> g.loop("again", in, maxIterations(2), (b, s) -> {
                    Port<Object> next = b.node("next", x -> x, s);
                    return step(next.map("done", x -> true), next, next);
                }));
        AgentGraph<String, String> graph = AgentGraph.define(
                "strings",
                String.class,
                String.class,
                (g, in) -> g.nested("inner", inner, in).map("text", Object::toString));
        same(graph);
        AgentGraph<String, Object> embeds = AgentGraph.define("embeds", String.class, Object.class, (g, in) -> {
            @SuppressWarnings("unchecked")
            Port<String> text = (Port<String>) (Port<?>) g.nested("inner", inner, in);
            return g.node("embed", embed(model("e")), text).map("size", e -> e.dimension());
        });
        same(embeds);
    }

    @Test
    void aNestedGraphMayTakePassagesAsAList() {
        AgentGraph<Object, Object> inner = AgentGraph.define("count", Object.class, Object.class, (g, in) -> {
            @SuppressWarnings("unchecked")
            Port<List<Object>> items = (Port<List<Object>>) (Port<?>) in;
            return g.forEach("each", items, 2, (b, x) -> b.node("same", (Object y) -> y, x))
                    .map("size", List::size);
        });
        AgentGraph<String, Object> graph = AgentGraph.define("outer", String.class, Object.class, (g, q) -> {
            var found = g.node("search", vectorSearch(INDEX, 3), g.node("embed", embed(model("e")), q));
            return g.nested("count", inner, found);
        });
        same(graph);
    }

    @Test
    void anOpThatWasNotLoweredIsNamed() {
        String text =
                "agent.graph @g(%a: !agent.prompt) -> !agent.completion { %0 = agent.generate %a model \"m\" max_tokens 3 sampling \"greedy\" agent.yield %0 : !agent.completion }";
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.parse(text, "test")) {
            assertThatThrownBy(() -> ProgramReader.read(module))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("agent.generate", "must be lowered before the program is read");
        }
    }

    @Test
    void anExceptionInsideAPassLeavesTheProcessFine() {
        AgentGraph<String, String> graph = LoweringTest.support();
        MlirLowering breaking = new MlirLowering().printing(d -> {
            if (d.stage().equals(ApplyPlacement.NAME)) throw new IllegalStateException("listener");
        });
        Placement placement = LoweringTest.all(graph, "cpu", Map.of());
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> breaking.lower(graph, placement)).hasMessage("listener");
            assertThat(new MlirLowering().lower(graph, placement).body())
                    .isEqualTo(new DirectLowering().lower(graph, placement).body());
        }
    }

    private static String written(AgentGraph<?, ?> graph) {
        try (MlirContext context = MlirContext.create();
                MlirModule module = GraphToIr.write(context, graph)) {
            return module.print();
        }
    }

    private static void same(AgentGraph<?, ?> graph) {
        Placement placement = LoweringTest.all(graph, "cpu", Map.of());
        assertThat(new MlirLowering().lower(graph, placement).body())
                .isEqualTo(new DirectLowering().lower(graph, placement).body());
    }
}
