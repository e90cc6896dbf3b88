package io.agentopt.graph;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.Golden;
import io.agentopt.message.Audio;
import io.agentopt.message.Tensor;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EveryModelTest {
    private static final AgentGraph<Audio, Audio> GRAPH = EveryModel.declare();

    @Test
    void isSavedAndReadBack() {
        Golden.check("models.json", GraphJson.write(GRAPH));
        AgentGraph<Audio, Audio> back =
                GraphJson.read(Golden.read("models.json"), Audio.class, Audio.class, Bindings.of(GRAPH));
        assertThat(GraphJson.write(back)).isEqualTo(GraphJson.write(GRAPH));
        assertThat(call(back, "classify").operator())
                .isEqualTo(call(GRAPH, "classify").operator());
        assertThat(call(back, "redact").operator()).isSameAs(EveryModel.REDACT);
    }

    @Test
    void isDrawnAndOutlined() {
        Golden.check("models.mermaid", Mermaid.of(GRAPH));
        assertThat(Outline.of(GRAPH))
                .contains(
                        "transcribe with openai/whisper-base, en",
                        "rerank with BAAI/bge-reranker-v2-m3, top 2",
                        "infer logits with sentiment",
                        "kernel softmax{columns=3}",
                        "acme.redact, pure",
                        "shop.order ",
                        "synthesize with hexgrad/Kokoro-82M, voice af");
    }

    @Test
    void typesAreInferred() {
        assertThat(type("hear")).isEqualTo(PortType.TEXT);
        assertThat(type("rerank")).isEqualTo(PortType.PASSAGES);
        assertThat(type("found")).isEqualTo(PortType.PASSAGES);
        assertThat(type("classify")).isEqualTo(PortType.TENSOR);
        assertThat(type("top")).isEqualTo(PortType.VALUE);
        assertThat(type("order")).isEqualTo(PortType.TEXT);
        assertThat(type("speak")).isEqualTo(PortType.AUDIO);
    }

    private static PortType type(String path) {
        return GRAPH.typeOf(call(GRAPH, path).result());
    }

    @Test
    void aTextIsNoSound() {
        assertThatThrownBy(() -> AgentGraph.define(
                        "g", String.class, String.class, (g, in) -> g.node("hear", transcribe(model("m")), cast(in))))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("the input is used as TEXT and as AUDIO");
    }

    @Test
    void aTextIsNoNumbers() {
        assertThatThrownBy(() -> AgentGraph.define(
                        "g", String.class, Tensor.class, (g, in) -> g.node("k", kernel("softmax", 1), in)))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("Node 'k'")
                .hasMessageContaining(
                        "the input is used as TEXT and as numbers. Insert a transform that makes a tensor");
        assertThatThrownBy(() -> AgentGraph.define("g", String.class, Tensor.class, (g, in) -> {
                    var answer =
                            g.node("ask", generate(model("m")), in.map("p", s -> io.agentopt.message.Prompt.system(s)));
                    return g.node("i", infer(model("o"), "y", "x"), answer);
                }))
                .hasMessageContaining("the result of 'ask' is used as COMPLETION and as numbers");
    }

    @Test
    void portsAreCounted() {
        assertThatThrownBy(() -> AgentGraph.define(
                        "g",
                        Tensor.class,
                        Tensor.class,
                        (g, in) -> g.node("i", infer(model("m"), "y", "a", "b"), List.of(in))))
                .hasMessageContaining("the operator infer takes 2 inputs but got 1");
    }

    @Test
    void whatHasEffectsIsNotRepeated() {
        assertThatThrownBy(() -> AgentGraph.define(
                        "g",
                        String.class,
                        String.class,
                        (g, in) -> g.node("o", EveryModel.ORDER, in, NodeOptions.NONE.retries(1))))
                .hasMessageContaining("retries (1) need an operator that can be repeated");
    }

    @Test
    void oneNameIsOneOperator() {
        Custom<String> other = custom("acme.redact", String.class, String.class, s -> s);
        assertThatThrownBy(() -> AgentGraph.define(
                        "g",
                        String.class,
                        String.class,
                        (g, in) -> g.node("b", other, g.node("a", EveryModel.REDACT, in))))
                .hasMessageContaining("the custom operator 'acme.redact' is another one");
    }

    @Test
    void aFileSaysWhatAnOperatorDoesToTheWorld() {
        String file = GraphJson.write(GRAPH);
        Bindings changed = new Bindings()
                .custom(EveryModel.LOG)
                .custom(EveryModel.ORDER)
                .custom(EveryModel.REDACT.promising(Effects.OUTSIDE));
        Bindings.of(GRAPH); // the original's own functions
        GRAPH.functionNames()
                .forEach((path, name) -> changed.function(name, (io.agentopt.operator.Transform<?>)
                        call(GRAPH, path).operator()));
        assertThatThrownBy(() -> GraphJson.read(file, Audio.class, Audio.class, changed))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("Node 'redact'")
                .hasMessageContaining("has the effects \"pure\" in the file, and \"outside\" as it is bound");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"k\" : 2|\"k\" : 0|The k (0) of reranker",
                "\"flops\" : 2.0E9|\"flops\" : -1|must be finite and at least 0",
                "\"flops\" : 2.0E9|\"flop\" : 2.0E9|the field \"flop\" is unknown here",
                "\"cpu\" : 0.4|\"abacus\" : 0.4|'abacus', which is no kind of device",
                "\"severalOutputs\" : true|\"severalOutputs\" : 1|neither true nor false",
                "\"columns\" : \"3\"|\"columns\" : 3|the field \"columns\" is missing or not a text",
                "\"columns\" : \"3\"|\"columns\" : \"3}\"|does not match",
                "\"outputNames\" : [ \"logits\" ]|\"outputNames\" : [ ]|No output of model 'sentiment' is named",
                "\"custom\" : \"acme.redact\"|\"custom\" : \"acme.remove\"|the custom 'acme.remove' is not bound",
                "\"expectedSeconds\" : 7.0|\"expectedSeconds\" : 0.0|The expectedSeconds (0.0)"
            })
    void aDamagedFileSaysWhere(String from, String to, String message) {
        String file = GraphJson.write(GRAPH);
        assertThat(file).contains(from);
        assertThatThrownBy(() -> GraphJson.read(file.replace(from, to), Audio.class, Audio.class, Bindings.of(GRAPH)))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aSynthesiserReadsText() {
        assertThatThrownBy(() -> AgentGraph.define(
                        "g", Audio.class, Audio.class, (g, in) -> g.node("speak", synthesize(model("m")), cast(in))))
                .hasMessageContaining("the input is used as AUDIO and as TEXT");
    }

    private static Node.Call call(AgentGraph<?, ?> graph, String path) {
        return Objects.requireNonNull(graph.calls().get(path), path);
    }

    @SuppressWarnings("unchecked")
    private static <T> Port<T> cast(Port<?> port) {
        return (Port<T>) port;
    }
}
