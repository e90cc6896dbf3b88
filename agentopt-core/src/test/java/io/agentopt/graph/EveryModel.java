package io.agentopt.graph;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;

import io.agentopt.message.Audio;
import io.agentopt.message.Passage;
import io.agentopt.message.Tensor;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Work;
import java.util.List;

/** A graph from sound to sound that has every operator that is neither an LLM call nor an embedding. */
final class EveryModel {
    static final Custom<String> REDACT = custom(
                    "acme.redact", String.class, String.class, s -> s.replaceAll("[0-9]", "#"))
            .promising(Effects.PURE);
    static final Custom<String> LOG =
            custom("acme.log", String.class, String.class, s -> s).promising(Effects.IDEMPOTENT);
    static final Custom<String> ORDER = Custom.external("shop.order", String.class, String.class);
    static final List<Custom<String>> CUSTOMS = List.of(REDACT, LOG, ORDER);

    private EveryModel() {}

    static AgentGraph<Audio, Audio> declare() {
        return AgentGraph.define("models", Audio.class, Audio.class, (g, in) -> {
            Port<String> heard = g.node(
                    "hear",
                    transcribe(model("openai/whisper-base")).language("en").expecting(7),
                    in,
                    NodeOptions.NONE.retries(1));
            Port<String> clean = g.node("redact", REDACT, heard);
            Port<List<Passage>> best = g.rerank(
                    "rerank",
                    rerank(model("BAAI/bge-reranker-v2-m3"), 2).expecting(20, 100, 8),
                    clean,
                    clean.map("found", s -> List.of(Passage.of("a", s))));
            Port<Tensor> ids = best.map("ids", p -> Tensor.of(new long[] {p.size(), 2}, 1, 2));
            Port<Tensor> logits = g.node(
                    "classify",
                    infer(model("sentiment"), "logits", "input_ids", "audio")
                            .costing(Work.counted(2e9, 5e7).keeping(4e7)),
                    List.of(ids, in));
            Port<Tensor> likely = g.node("softmax", kernel("softmax", 1).with("columns", 3), logits);
            var top = g.node("top", Kernel.several("top_k", 1).with("k", 1), likely);
            Port<String> answer = g.node("answer", (String s, Object t) -> s + t, g.node("order", ORDER, clean), top);
            return g.node(
                    "speak",
                    synthesize(model("hexgrad/Kokoro-82M"))
                            .voice("af")
                            .costing(Work.seconds("cpu", 0.4).and("gpu", 0.05).keeping(3.3e8)),
                    g.node("log", LOG, answer, NodeOptions.NONE.retries(2)));
        });
    }
}
