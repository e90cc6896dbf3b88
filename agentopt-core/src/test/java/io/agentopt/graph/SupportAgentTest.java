package io.agentopt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway") // a path that is missing fails the test as it should
class SupportAgentTest {
    private final AgentGraph<SupportAgent.In, String> graph = SupportAgent.declare();

    @Test
    void pathsNameEveryOperatorInOrderOfDeclaration() {
        assertThat(graph.calls().keySet())
                .containsExactly(
                        "question",
                        "embed",
                        "retrieve",
                        "prompt",
                        "think/generate",
                        "think/calls",
                        "think/tools/tool",
                        "think/done?",
                        "think/text",
                        "think/append");
        assertThat(graph).hasToString("AgentGraph[support, 10 operators]");
    }

    @Test
    void operatorsAreThoseDeclared() {
        Map<String, Node.Call> calls = graph.calls();
        assertThat(calls.get("embed").operator()).isEqualTo(new Embed(SupportAgent.EMBEDDER));
        assertThat(calls.get("retrieve").operator()).isEqualTo(new VectorSearch(SupportAgent.HANDBOOK, 4));
        assertThat(calls.get("think/generate").operator()).isInstanceOfSatisfying(Generate.class, g -> {
            assertThat(g.maxTokens()).isEqualTo(128);
            assertThat(g.expectedOutputTokens()).isEqualTo(128);
            assertThat(g.sampling().isGreedy()).isTrue();
        });
        assertThat(calls.get("think/tools/tool").operator()).isInstanceOfSatisfying(Tool.class, t -> {
            assertThat(t.idempotent()).isTrue();
            assertThat(t.name()).isEqualTo("orders");
        });
    }

    @Test
    void controlFlowIsRegionsInsideNodes() {
        assertThat(graph.body().nodes())
                .extracting(Node::name)
                .containsExactly("question", "embed", "retrieve", "prompt", "think");
        assertThat(graph.body().nodes().getLast()).isInstanceOfSatisfying(Node.Loop.class, loop -> {
            assertThat(loop.iterations()).isEqualTo(new Iterations(4, 1.6));
            assertThat(loop.body().nodes())
                    .extracting(Node::name)
                    .containsExactly("generate", "calls", "tools", "done?", "text", "append");
            assertThat(loop.body().yields()).hasSize(3);
            assertThat(loop.body().nodes().get(2))
                    .isInstanceOfSatisfying(
                            Node.ForEach.class,
                            f -> assertThat(f.expectedItems()).isEqualTo(0.6));
        });
    }

    @Test
    void dataFlowsThroughPorts() {
        Map<String, Node.Call> calls = graph.calls();
        ValueId input = graph.body().parameters().getFirst();
        assertThat(calls.get("prompt").inputs())
                .containsExactly(input, calls.get("retrieve").result());
        assertThat(calls.get("retrieve").inputs())
                .containsExactly(calls.get("embed").result());
        assertThat(calls.get("embed").inputs())
                .containsExactly(calls.get("question").result());
        assertThat(graph.body().yields())
                .containsExactly(graph.body().nodes().getLast().result());
    }

    @Test
    void portTypesAreInferredFromUse() {
        assertThat(typeOf("question")).isEqualTo(PortType.TEXT);
        assertThat(typeOf("embed")).isEqualTo(PortType.EMBEDDING);
        assertThat(typeOf("retrieve")).isEqualTo(PortType.PASSAGES);
        assertThat(typeOf("prompt")).isEqualTo(PortType.PROMPT);
        assertThat(typeOf("think/generate")).isEqualTo(PortType.COMPLETION);
        assertThat(typeOf("think/calls")).isEqualTo(PortType.LIST);
        assertThat(typeOf("think/done?")).isEqualTo(PortType.FLAG);
        assertThat(typeOf("think/text")).isEqualTo(PortType.TEXT);
        assertThat(typeOf("think/append")).isEqualTo(PortType.PROMPT);
        assertThat(graph.typeOf(graph.body().parameters().getFirst())).isEqualTo(PortType.VALUE);
        assertThatThrownBy(() -> graph.typeOf(new ValueId(999))).hasMessage("Graph 'support' has no value %999.");
    }

    @Test
    void functionsAreNamedByTheFirstNodeThatUsesThem() {
        assertThat(graph.functionNames().keySet())
                .containsExactly("question", "prompt", "think/calls", "think/done?", "think/text", "think/append");
        graph.functionNames().forEach((path, name) -> assertThat(name).isEqualTo(path));
        assertThat(EveryNode.declare().functionNames()).containsEntry("again/trim", "trim");
    }

    @Test
    void transformsAreTheFunctionsDeclared() {
        Transform<?> prompt = (Transform<?>) graph.calls().get("prompt").operator();
        Object made = prompt.body().apply(List.of(new SupportAgent.In("When?"), List.of(Passage.of("a", "Soon."))));
        assertThat(made)
                .isEqualTo(Prompt.system("Answer briefly.").user("When?").context(List.of(Passage.of("a", "Soon."))));
    }

    @Test
    void aNestedGraphIsOneNodeWithItsOperatorsBelow() {
        AgentGraph<SupportAgent.In, String> outer = AgentGraph.define(
                "outer", SupportAgent.In.class, String.class, (g, in) -> g.nested("support", graph, in));
        assertThat(outer.calls().keySet())
                .contains("support/embed", "support/think/tools/tool")
                .hasSize(10);
        assertThat(outer.typeOf(outer.body().yields().getFirst())).isEqualTo(PortType.TEXT);
    }

    @Test
    void aGraphMayAnswerItsInput() {
        AgentGraph<String, String> echo = AgentGraph.define("echo", String.class, String.class, (g, in) -> in);
        assertThat(echo.calls()).isEmpty();
        assertThat(echo.body().yields()).isEqualTo(echo.body().parameters());
    }

    @Test
    void graphsAreImmutable() {
        assertThatThrownBy(() -> graph.calls().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> graph.body().nodes().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    private PortType typeOf(String path) {
        return graph.typeOf(graph.calls().get(path).result());
    }
}
