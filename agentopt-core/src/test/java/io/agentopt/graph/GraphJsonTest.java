package io.agentopt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.Golden;
import io.agentopt.operator.Operators;
import io.agentopt.operator.Transform;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class GraphJsonTest {
    @Test
    void theSampleAgent() {
        AgentGraph<SupportAgent.In, String> graph = SupportAgent.declare();
        Golden.check("support.json", GraphJson.write(graph));
        AgentGraph<SupportAgent.In, String> back =
                GraphJson.read(Golden.read("support.json"), SupportAgent.In.class, String.class, Bindings.of(graph));
        same(graph, back);
        assertThat(back.body()).isEqualTo(graph.body());
    }

    @Test
    void everyKindOfNode() {
        AgentGraph<String, String> graph = EveryNode.declare();
        Golden.check("every.json", GraphJson.write(graph));
        AgentGraph<String, String> back =
                GraphJson.read(Golden.read("every.json"), String.class, String.class, Bindings.of(graph));
        same(graph, back);
    }

    @Property(seed = "20261122", tries = 200)
    void anyGraphRoundTrips(@ForAll("graphs") AgentGraph<String, String> graph) {
        same(graph, GraphJson.read(GraphJson.write(graph), String.class, String.class, Bindings.of(graph)));
    }

    @Property(seed = "20261122", tries = 100)
    void anyGraphDefinesEachValueOnceAndBeforeUse(@ForAll("graphs") AgentGraph<String, String> graph) {
        definedBeforeUse(graph.body(), Set.of(), new HashSet<>());
        assertThat(Mermaid.of(graph)).startsWith("flowchart TD\n");
    }

    @Provide
    Arbitrary<AgentGraph<String, String>> graphs() {
        return RandomGraphs.graphs();
    }

    @Test
    void nestedGraphsKeepTheirTypes() {
        AgentGraph<String, String> graph = EveryNode.declare();
        AgentGraph<String, String> back =
                GraphJson.read(GraphJson.write(graph), String.class, String.class, Bindings.of(graph));
        Node.Nested nested = (Node.Nested) back.body().nodes().stream()
                .filter(n -> n.name().equals("inner"))
                .findFirst()
                .orElseThrow();
        assertThat(nested.graph().inputType()).isEqualTo(EveryNode.Ticket.class);
        assertThat(nested.graph().outputType()).isEqualTo(String.class);
    }

    @Test
    void theTypesOfAGraphMayBeLeftOpen() {
        AgentGraph<SupportAgent.In, String> graph = SupportAgent.declare();
        AgentGraph<Object, Object> back =
                GraphJson.read(GraphJson.write(graph), Object.class, Object.class, Bindings.of(graph));
        assertThat(back.calls().keySet()).isEqualTo(graph.calls().keySet());
        assertThatThrownBy(() -> GraphJson.read(GraphJson.write(graph), String.class, String.class, Bindings.of(graph)))
                .isInstanceOf(GraphException.class)
                .hasMessage(
                        "Graph 'support': its input type is io.agentopt.graph.SupportAgent$In in the file but java.lang.String"
                                + " was asked for. Ask for the type in the file.");
    }

    @Test
    void bindingsHoldOneThingPerName() {
        Bindings b =
                new Bindings().tool(EveryNode.ECHO).tool(EveryNode.ECHO).function("f", Transform.of(String::strip));
        assertThatThrownBy(() -> b.tool(Operators.tool("echo", (String s) -> "other")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The bindings have another tool 'echo' already. Give each its own name.");
        assertThatThrownBy(() -> b.function("f", Transform.of((String s) -> s)))
                .hasMessageContaining("another function 'f'");
    }

    private static void same(AgentGraph<?, ?> one, AgentGraph<?, ?> other) {
        assertThat(GraphJson.write(other)).isEqualTo(GraphJson.write(one));
        assertThat(other.calls().keySet()).containsExactlyElementsOf(one.calls().keySet());
        assertThat(other.functionNames()).isEqualTo(one.functionNames());
        assertThat(Mermaid.of(other)).isEqualTo(Mermaid.of(one));
        for (ValueId v : values(one.body())) assertThat(other.typeOf(v)).isEqualTo(one.typeOf(v));
    }

    private static List<ValueId> values(Region region) {
        return region.nodes().stream().map(Node::result).toList();
    }

    private static void definedBeforeUse(Region region, Set<ValueId> outer, Set<ValueId> all) {
        Set<ValueId> visible = new HashSet<>(outer);
        region.parameters().forEach(p -> assertThat(all.add(p)).isTrue());
        visible.addAll(region.parameters());
        for (Node node : region.nodes()) {
            assertThat(visible).containsAll(node.inputs());
            switch (node) {
                case Node.Loop l -> definedBeforeUse(l.body(), visible, all);
                case Node.When w -> {
                    definedBeforeUse(w.then(), visible, all);
                    definedBeforeUse(w.otherwise(), visible, all);
                }
                case Node.ForEach f -> definedBeforeUse(f.body(), visible, all);
                case Node.Nested n -> definedBeforeUse(n.graph().body(), Set.of(), new HashSet<>());
                case Node.Call c -> {}
            }
            assertThat(all.add(node.result())).isTrue();
            visible.add(node.result());
        }
        assertThat(visible).containsAll(region.yields());
    }
}
