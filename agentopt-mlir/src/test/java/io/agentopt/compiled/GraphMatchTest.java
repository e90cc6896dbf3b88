package io.agentopt.compiled;

import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.message.Passage;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import io.agentopt.operator.PassageIndex;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphMatchTest {
    private static final CompiledPlan COMPILED = CompiledPlan.of(CompiledAgents.plan(CompiledAgents.support()));

    private static void differs(CompiledPlan compiled, AgentGraph<?, ?> graph, String how) {
        assertThatThrownBy(() -> compiled.plan(graph))
                .isInstanceOf(CompiledPlanException.class)
                .hasMessage("The compiled plan '" + compiled.graph() + "' " + how
                        + ". The graph changed since; compile its plan again.");
    }

    private static AgentGraph<Integer, Integer> chain(String... nodes) {
        return AgentGraph.define("chain", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> at = in;
            for (String n : nodes) at = g.node(n, tool("t", (Integer i) -> i), at);
            return at;
        });
    }

    private static CompiledPlan compiled(AgentGraph<?, ?> graph) {
        return CompiledPlan.of(CompiledAgents.plan(graph));
    }

    @Test
    void theSameDeclarationMatchesThoughItsFunctionsAreOtherObjects() {
        AgentGraph<String, String> again = CompiledAgents.support();
        assertThat(COMPILED.plan(again).graph()).isSameAs(again);
    }

    @Test
    void anotherGraph() {
        assertThatThrownBy(() -> COMPILED.plan(chain("a")))
                .hasMessage("The compiled plan 'support' is of graph 'support' and not of graph 'chain'."
                        + " Load it with its own graph.");
    }

    @Test
    void aNumberThatChanged() {
        differs(
                COMPILED,
                CompiledAgents.support(64, CompiledAgents.LOOKUP, CompiledAgents.POLICIES),
                "has the maxTokens 128 at node 'think/generate', and the graph has 64");
    }

    @Test
    void anotherToolOrIndex() {
        differs(
                COMPILED,
                CompiledAgents.support(
                        128, tool("find", (ToolCall c) -> new ToolResult(c, "ok")), CompiledAgents.POLICIES),
                "has the tool \"lookup\" at node 'think/tools/tool', and the graph has \"find\"");
        PassageIndex rules = PassageIndex.of("rules", model("embedder"), List.of(Passage.of("r", "No rules.")));
        differs(
                COMPILED,
                CompiledAgents.support(128, CompiledAgents.LOOKUP, rules),
                "has the index \"policies\" at node 'retrieve', and the graph has \"rules\"");
    }

    @Test
    void nodesThatAreGoneNewOrMoved() {
        CompiledPlan ab = compiled(chain("a", "b"));
        differs(ab, chain("a"), "has a node 'b', and the graph has not");
        differs(ab, chain("a", "b", "c"), "has no node 'c', and the graph has");
        differs(ab, chain("b", "a"), "has the nodes [a, b], and the graph has [b, a]");
    }

    @Test
    void aToolThatMayNoLongerBeMerged() {
        AgentGraph<String, String> idempotent =
                CompiledAgents.support(128, CompiledAgents.LOOKUP.asIdempotent(), CompiledAgents.POLICIES);
        differs(
                compiled(idempotent),
                CompiledAgents.support(),
                "was made when tool 'lookup' was idempotent, and now it is not");
        differs(COMPILED, idempotent, "was made when tool 'lookup' was not idempotent, and now it is");
    }

    @Test
    void aGraphFileThatIsNoGraph() {
        for (String text : List.of("[]", "{}", "null", "{\"body\": 3}", "{\"body\": {\"nodes\": \"none\"}}", "{", "")) {
            CompiledPlan odd = Resealed.of(COMPILED)
                    .entry("graph.json", text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .read();
            assertThatThrownBy(() -> odd.plan(CompiledAgents.support()))
                    .as(text)
                    .isInstanceOf(CompiledPlanException.class);
        }
    }
}
