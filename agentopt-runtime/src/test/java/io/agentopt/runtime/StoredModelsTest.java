package io.agentopt.runtime;

import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Passage;
import io.agentopt.message.Tensor;
import io.agentopt.operator.Infer;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.dispatch.AgentRunException;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.TinyReranker;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rerank and infer steps run models of the store; a runner of the user goes before. */
@Timeout(60)
class StoredModelsTest {
    private static final AgentOptions CPU = AgentOptions.DEFAULTS.withHardware("cpu", Hardware.cpu());

    @TempDir
    Path root;

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private <A, B> Agent<A, B> load(AgentGraph<A, B> graph, AgentOptions options) {
        return AgentRuntime.load(graph, Running.onOneDevice(graph), ModelStore.of(root), options);
    }

    private static AgentGraph<String, String> ranked() {
        return AgentGraph.define(
                "ranked",
                String.class,
                String.class,
                (g, q) -> g.rerank(
                                "best",
                                rerank(model("rr"), 2),
                                q,
                                q.map(
                                        "found",
                                        s -> List.of(
                                                Passage.of("a", "x"), Passage.of("b", s), Passage.of("c", "zz top"))))
                        .map(
                                "ids",
                                list -> list.stream().map(Passage::id).toList().toString()));
    }

    @Test
    void aRerankerOfTheStoreIsUsedUnlessTheUserGivesOne() {
        new TinyReranker("rr", 1, true, 48).write(root);
        try (Agent<String, String> agent = load(ranked(), CPU)) {
            String ids = agent.run("query");
            assertThat(ids).matches("\\[[abc], [abc]\\]");
            assertThat(agent.run("query")).isEqualTo(ids);
            assertThatThrownBy(() -> agent.run("q".repeat(60)))
                    .isInstanceOf(AgentRunException.class)
                    .hasMessageContaining("The query, with the 3 tokens around it");
            assertThat(agent.run("query")).isEqualTo(ids);
        }
        try (Agent<String, String> agent =
                load(ranked(), CPU.withReranker("rr", (q, p, k) -> p.reversed().subList(0, k)))) {
            assertThat(agent.run("query")).isEqualTo("[c, b]");
        }
    }

    @Test
    void aStoredModelOfAnotherKindOrNoneIsNamed() {
        assertThatThrownBy(() -> load(ranked(), CPU))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll(
                        "Node 'best' (rerank)", "withReranker(\"rr\", ...)", "or load the agent with a model store");
        TinyPack.writeEmbedder(root, "rr");
        assertThatThrownBy(() -> load(ranked(), CPU))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll("Node 'best' of graph 'ranked' needs the model 'rr'", "of kind embedder");
    }

    private static AgentGraph<Double, Double> doubled(String output, String input) {
        return AgentGraph.define(
                "doubled",
                Double.class,
                Double.class,
                (g, x) -> g.node(
                                "net",
                                Infer.one(model("net"), output, List.of(input)),
                                List.of(x.map("t", v -> Tensor.of(new float[] {v.floatValue()}, 1))))
                        .map("first", t -> (double) t.floats()[0]));
    }

    private void net() throws IOException {
        OnnxWriter w = new OnnxWriter("net");
        w.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT, "n");
        w.node("Add", "y", List.of("x", "x"), Map.of());
        Files.write(Files.createDirectories(root.resolve("net")).resolve("model.onnx"), w.model());
    }

    @Test
    void anOnnxFileOfTheStoreIsUsedUnlessTheUserGivesARunner() throws IOException {
        net();
        try (Agent<Double, Double> agent = load(doubled("y", "x"), CPU)) {
            assertThat(agent.run(21.0)).isEqualTo(42);
        }
        try (Agent<Double, Double> agent = load(
                doubled("y", "x"),
                CPU.withInference(
                        "net",
                        (in, out) -> new io.agentopt.message.Tensors(Map.of("y", Tensor.of(new float[] {7})))))) {
            assertThat(agent.run(21.0)).isEqualTo(7);
        }
        for (var names : List.of(List.of("z", "x"), List.of("y", "z"))) {
            assertThatThrownBy(() -> load(doubled(names.getFirst(), names.getLast()), CPU))
                    .isInstanceOf(AgentLoadException.class)
                    .hasMessageContainingAll("Node 'net' of graph 'doubled' does not fit its model", "'z'");
        }
    }
}
