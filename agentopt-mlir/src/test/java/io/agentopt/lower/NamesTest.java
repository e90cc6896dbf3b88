package io.agentopt.lower;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.operator.Memory;
import io.agentopt.operator.PassageIndex;
import io.agentopt.plan.Placement;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names are the user's: whatever they hold, they come back from the IR as they went in. */
@RequiresMlir
class NamesTest {
    static Stream<String> hostile() {
        return Stream.of(
                "a b",
                "\"quoted\"",
                "back\\slash\\22",
                "line\nbreak\r\ttab",
                "nul\0inside",
                "\u4e2d\u6587 \u00e9 \ud83d\ude80",
                "@g) -> () { } loc(\"x\")",
                "%0",
                "#0",
                "\u202eright to left\u200b",
                "unknown",
                "x".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void anyNameComesBack(String name) {
        AgentGraph<String, Object> graph = everything(name);
        Placement placement = LoweringTest.all(graph, "cpu " + name, name, Map.of());
        Program direct = new DirectLowering().lower(graph, placement);
        Program optimised = new MlirLowering().lower(graph, placement);
        assertThat(optimised.graph()).isEqualTo(name);
        assertThat(optimised.body()).isEqualTo(direct.body());
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void theTextWithLocationsReadsBack(String name) {
        AgentGraph<String, Object> graph = everything(name);
        try (MlirContext context = MlirContext.create();
                MlirModule module = GraphToIr.write(context, graph);
                MlirModule again = context.parse(module.printWithLocations(), name)) {
            assertThat(again.printWithLocations()).isEqualTo(module.printWithLocations());
            assertThat(again.root().all("agent.tool").getFirst().name())
                    .isEqualTo(module.root().all("agent.tool").getFirst().name())
                    .isEqualTo(name + "t");
        }
    }

    @Test
    void equalNamesInNestedGraphsKeepTheirPaths() {
        var act = tool("act", (Object x) -> x);
        AgentGraph<Object, Object> inner = AgentGraph.define(
                "same", Object.class, Object.class, (g, in) -> g.node("same", act, g.node("other", act, in)));
        AgentGraph<Object, Object> middle = AgentGraph.define(
                "same", Object.class, Object.class, (g, in) -> g.nested("same", inner, g.nested("other", inner, in)));
        AgentGraph<Object, Object> outer =
                AgentGraph.define("same", Object.class, Object.class, (g, in) -> g.nested("same", middle, in));
        Placement placement = LoweringTest.all(outer, "cpu", Map.of());
        Program optimised = new MlirLowering().lower(outer, placement);
        assertThat(optimised.allSteps())
                .extracting(Step::path)
                .containsExactly(
                        "same",
                        "same/other",
                        "same/other/other",
                        "same/other/same",
                        "same/same",
                        "same/same/other",
                        "same/same/same");
        assertThat(optimised.body())
                .isEqualTo(new DirectLowering().lower(outer, placement).body());
    }

    /** Every operator, each of whose names has {@code name} in it; nothing that could be optimised. */
    private static AgentGraph<String, Object> everything(String name) {
        PassageIndex index = PassageIndex.of(name, model("e" + name), List.of(Passage.of("p", "text")));
        Memory<Object, Object> memory = Memory.inProcess("m" + name, "");
        return AgentGraph.define(name, String.class, Object.class, (g, in) -> {
            var found = g.node(name + "s", vectorSearch(index, 1), g.node(name + "e", embed(model("e" + name)), in));
            var prompt = g.node(name + "p", (String q, List<Passage> d) -> Prompt.system(q), in, found);
            var answer = g.node(name + "g", generate(model("l" + name)), prompt);
            var done = g.node(name + "t", tool(name, (Object c) -> c), answer);
            return g.store(name + "st", memory, g.load(name + "l", memory, in), done);
        });
    }
}
