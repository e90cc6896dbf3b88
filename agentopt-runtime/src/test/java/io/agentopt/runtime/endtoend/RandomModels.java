package io.agentopt.runtime.endtoend;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;

import io.agentopt.graph.GraphBuilder;
import io.agentopt.graph.Port;
import io.agentopt.message.Passage;
import io.agentopt.message.Tensor;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Work;
import java.util.List;
import java.util.Map;

/** The parts of random agents over integers that are neither LLM calls nor embeddings. What custom operators do to the world is recorded. */
final class RandomModels {
    private final Custom<Integer> mix = Custom.of(
                    "acme.mix", Integer.class, Integer.class, Integer.class, (Integer x, Integer y) -> 7 * x + y)
            .promising(Effects.PURE);
    private final Custom<Integer> note;
    private final Custom<Integer> order;
    private final Custom<Object> far = Custom.external("far.away", Object.class, Object.class)
            .promising(Effects.PURE)
            .costing(Work.seconds("gpu", 0.001));

    /**
     * @param calls takes what has an order
     * @param stored takes what has none, counted
     */
    RandomModels(List<String> calls, Map<String, Integer> stored) {
        note = custom("acme.note", Integer.class, Integer.class, x -> {
                    stored.merge("note " + x, 1, Integer::sum);
                    return x - 1;
                })
                .promising(Effects.IDEMPOTENT);
        order = custom("shop.order", Integer.class, Integer.class, x -> {
            calls.add("order(" + x + ")");
            return x + 3;
        });
    }

    Custom<Integer> mix() {
        return mix;
    }

    Custom<Integer> note() {
        return note;
    }

    Custom<Integer> order() {
        return order;
    }

    Port<Integer> node(GraphBuilder g, String name, Port<Integer> in, int kind, int pick) {
        return switch (kind) {
            case 18 ->
                g.rerank(
                                name + "best",
                                rerank(model("r"), 1 + pick % 3).expecting(10, 20, 5),
                                in.map(name + "query", x -> "" + x),
                                in.map(
                                        name + "found",
                                        x -> List.of(
                                                Passage.of("a", "a" + x), Passage.of("b", "b"), Passage.of("c", "c"))))
                        .map(name, List::hashCode);
            case 19 ->
                g.node(
                                name + "hear",
                                pick % 2 == 0
                                        ? transcribe(model("asr"))
                                        : transcribe(model("asr"))
                                                .language("en")
                                                .costing(Work.counted(1, 1)),
                                g.node(
                                        name + "speak",
                                        pick % 3 == 0
                                                ? synthesize(model("tts"))
                                                : synthesize(model("tts")).voice("low"),
                                        in.map(name + "text", x -> "" + x)))
                        .map(name, String::hashCode);
            case 20 -> {
                Port<Tensor> ids = in.map(name + "ids", x -> Tensor.of(new long[] {x}));
                yield pick % 2 == 0
                        ? g.node(name + "one", infer(model("file"), "y", "ids"), ids)
                                .map(name, Tensor::hashCode)
                        : g.node(
                                        name + "two",
                                        Infer.several(model("file"), List.of("y", "z"), List.of("ids", "vector")),
                                        List.of(
                                                ids,
                                                g.node(
                                                        name + "embed",
                                                        embed(model("e")),
                                                        in.map(name + "text", x -> "" + x))))
                                .map(name, t -> t.get("z").hashCode());
            }
            default -> {
                Port<Tensor> x = in.map(name + "x", v -> Tensor.of(new float[] {v % 7, 1, 2, v % 3}, 1, 4));
                Port<Object> y = pick % 3 == 0
                        ? g.node(name + "top", Kernel.several("top_k", 1).with("k", 2), x)
                                .map(name + "values", t -> t.get("indices"))
                        : g.node(name + "softmax", kernel("softmax", 1).with("columns", 4), x)
                                .map(name + "values", t -> t);
                yield g.node(name + "far", far, y).map(name, Object::hashCode);
            }
        };
    }
}
