package io.agentopt.graph;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.message.Prompt;
import io.agentopt.operator.Sampling;
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
                        Arbitraries.integers().between(0, 11),
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
            default -> g.nested(name, declare("inner" + r.pick(), r.inner()), in);
        };
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
