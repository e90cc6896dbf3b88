package io.agentopt.graph;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.transcribe;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.Tensor;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random graphs of nested regions over texts: every operator, every kind of region, odd names, shared functions. */
final class RandomGraphs {
    private static final Function<String, String> SHARED = String::strip;
    private static final String[] ODD = {"", "\"", "é中", " x", "\n", "\\", ".x", "%0", "then", "{}"};

    /**
     * What one node shall be.
     *
     * @param kind chooses the kind of node
     * @param pick chooses inputs, names and options
     * @param share chooses a number in 0..1
     * @param inner the nodes of its regions
     */
    record Recipe(int kind, int pick, double share, List<Recipe> inner) {}

    private RandomGraphs() {}

    /** {@return graphs of up to four nested regions} */
    static Arbitrary<AgentGraph<String, String>> graphs() {
        return recipes(4).list().ofMaxSize(6).map(list -> declare("random", list));
    }

    private static Arbitrary<Recipe> recipes(int depth) {
        Arbitrary<List<Recipe>> inner = depth == 0
                ? Arbitraries.just(List.of())
                : recipes(depth - 1).list().ofMaxSize(3);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 16),
                        Arbitraries.integers().between(0, 1000),
                        Arbitraries.doubles().between(0, 1),
                        inner)
                .as(Recipe::new);
    }

    private static AgentGraph<String, String> declare(String name, List<Recipe> list) {
        return AgentGraph.define(name, String.class, String.class, (g, in) -> region(g, List.of(in), list));
    }

    private static Port<String> region(GraphBuilder g, List<Port<String>> visible, List<Recipe> list) {
        List<Port<String>> texts = new ArrayList<>(visible);
        int number = 0;
        for (Recipe r : list) {
            String name = number++ + ODD[r.pick() % ODD.length] + "_";
            texts.add(node(g, name, texts.get(r.pick() % texts.size()), texts, r));
        }
        return texts.getLast();
    }

    private static Port<String> node(GraphBuilder g, String name, Port<String> in, List<Port<String>> texts, Recipe r) {
        return switch (r.kind()) {
            case 0 -> in.map(name, SHARED);
            case 1 -> in.map(name, s -> s + r.pick());
            case 2 -> g.node(name, String::concat, in, texts.getFirst());
            case 3 ->
                g.node(
                                name,
                                generate(model("m" + r.pick() % 3))
                                        .maxTokens(1 + r.pick())
                                        .sampling(new Sampling(r.share(), r.pick() % 7, 1 - r.share() / 2, r.pick())),
                                in.map(name + "p", Prompt::system))
                        .map(name + "t", c -> c.text());
            case 4 ->
                g.node(
                                name,
                                vectorSearch(SupportAgent.HANDBOOK, 1 + r.pick() % 5),
                                g.node(name + "e", embed(SupportAgent.EMBEDDER).expecting(1 + r.pick()), in))
                        .map(name + "t", d -> d.toString());
            case 5 -> g.node(name, EveryNode.ECHO, in, options(r));
            case 6 -> g.load(name, EveryNode.NOTES, in);
            case 7 -> g.store(name, EveryNode.NOTES, texts.getFirst(), in);
            case 8 ->
                g.loop(name, in, new Iterations(1 + r.pick(), 1 + r.share() * r.pick()), (b, s) -> {
                    Port<String> next = region(b, with(texts, s), r.inner());
                    return LoopStep.step(next.map("done", String::isEmpty), next, s);
                });
            case 9 ->
                g.when(
                        name,
                        in.map(name + "?", String::isEmpty),
                        r.share(),
                        b -> region(b, texts, r.inner()),
                        b -> region(b, texts, r.inner().reversed()));
            case 10 ->
                g.forEach(
                                name,
                                in.map(name + "l", s -> List.of(s)),
                                r.share() * 10,
                                (b, s) -> region(b, with(texts, s), r.inner()))
                        .map(name + "t", l -> l.toString());
            case 11 -> g.nested(name, declare("inner" + r.pick(), r.inner()), in);
            case 12 ->
                g.rerank(
                                name,
                                rerank(model("r"), 1 + r.pick() % 5)
                                        .expecting(1 + r.share(), 1 + r.pick(), 1 + r.share() * 50),
                                in,
                                in.map(name + "d", s -> List.of(Passage.of("a", s))))
                        .map(name + "t", d -> d.toString());
            case 13 -> {
                Synthesize speak = synthesize(model("tts"));
                if (r.pick() % 2 == 0) speak = speak.voice("low");
                if (r.pick() % 3 == 0) speak = speak.costing(work(r));
                Transcribe hear = transcribe(model("asr")).expecting(1e-3 + r.share() * 60, 1 + r.pick());
                if (r.pick() % 5 == 0) hear = hear.language("en");
                if (r.pick() % 7 == 0) hear = hear.costing(work(r));
                yield g.node(name, hear, g.node(name + "s", speak, in));
            }
            case 14 -> {
                Port<Tensor> ids = in.map(name + "ids", s -> Tensor.of(new long[] {s.length()}));
                yield r.pick() % 2 == 0
                        ? g.node(name, infer(model("onnx"), "logits", "ids").costing(work(r)), ids)
                                .map(name + "t", t -> t.toString())
                        : g.node(
                                        name,
                                        Infer.several(model("onnx"), List.of("a", "b"), List.of("ids", "vector")),
                                        List.of(ids, g.node(name + "e", embed(SupportAgent.EMBEDDER), in)),
                                        options(r).retries(0))
                                .map(name + "t", t -> t.byName().toString());
            }
            case 15 -> {
                Port<Tensor> x = in.map(name + "x", s -> Tensor.of(new float[4], 1, 4));
                Kernel<?> kernel = r.pick() % 2 == 0
                        ? kernel("softmax", 1).with("columns", 4)
                        : Kernel.several("top_k", 1).with("k", 2).costing(work(r));
                yield g.node(name, kernel, x).map(name + "t", t -> t.toString());
            }
            default -> g.node(name, EveryModel.CUSTOMS.get(r.pick() % EveryModel.CUSTOMS.size()), in);
        };
    }

    private static Work work(Recipe r) {
        return r.pick() % 2 == 0
                ? Work.counted(1 + r.pick(), r.share() * 1e9).in("fp32").keeping(r.share())
                : Work.seconds("cpu", r.share()).and("gpu", r.share() / 3).keeping(r.pick());
    }

    private static NodeOptions options(Recipe r) {
        NodeOptions o = NodeOptions.NONE.retries(r.pick() % 3).outputBytes(r.share() * 1e6);
        if (r.pick() % 2 == 0) o = o.timeout(Duration.ofNanos(1 + (long) (r.share() * 8e15)));
        if (r.pick() % 3 == 0) o = o.pinnedTo("gpu-" + r.pick());
        return r.pick() % 5 == 0 ? o.forbid("cpu").forbid("a") : o;
    }

    private static List<Port<String>> with(List<Port<String>> texts, Port<String> one) {
        List<Port<String>> more = new ArrayList<>(texts);
        more.add(one);
        return more;
    }
}
