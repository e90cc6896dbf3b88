package io.agentopt.runtime.endtoend;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphBuilder;
import io.agentopt.graph.Iterations;
import io.agentopt.graph.LoopStep;
import io.agentopt.graph.Port;
import io.agentopt.message.Completion;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Memory;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.Tool;
import io.agentopt.operator.VectorSearch;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.OperatorId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Draws agents over integers: every operator and every kind of region, equal work under several names, tools with and without side
 * effects, memories. What an agent does to the world is recorded; its functions are pure.
 */
final class RandomAgent {
    static final List<String> DEVICES = List.of("cpu", "H100", "MI300X");

    /** A hosted endpoint, where lowering knows of it: some LLM calls are there with both phases. */
    static final String HOSTED = "hosted";

    @SuppressWarnings("UnnecessaryLambda") // one object for all nodes: a graph knows functions by identity
    private static final Function<Integer, Integer> TWICE = x -> 2 * x + 1;

    @SuppressWarnings("UnnecessaryLambda")
    private static final BiFunction<Integer, Integer, Integer> MIX = (x, y) -> 31 * x - y;

    private static final PassageIndex INDEX = PassageIndex.of(
            "notes", model("e"), List.of(Passage.of("a", "red"), Passage.of("b", "blue"), Passage.of("c", "green")));

    /** What one node shall be: its kind, a number that chooses inputs and options, the nodes of its regions. */
    record Recipe(int kind, int pick, List<Recipe> inner) {}

    /** Side effects of a run. */
    record World(List<String> calls, Map<String, Integer> memory) {}

    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> stored = new ConcurrentSkipListMap<>();
    private final List<Tool<Integer, Integer>> acts = List.of(act("act0"), act("act1"));
    private final Tool<Integer, Integer> lookup =
            tool("lookup", (Integer x) -> x ^ 0x55).asIdempotent();
    private final List<Memory<Integer, Integer>> memories = List.of(memory("m0"), memory("m1"));
    private final Embed embedder = embed(model("e"));
    private final VectorSearch search = vectorSearch(INDEX, 2);
    private final Generate llm = generate(model("m")).maxTokens(4);
    private final RandomModels models = new RandomModels(calls, stored);
    private final AgentGraph<Integer, Integer> graph;

    private RandomAgent(List<Recipe> recipes) {
        graph = declare("random", recipes, true);
    }

    static Arbitrary<RandomAgent> agents() {
        return recipes(3).list().ofMaxSize(9).map(RandomAgent::new);
    }

    AgentGraph<Integer, Integer> graph() {
        return graph;
    }

    /** {@return each operator on a device class drawn from the seed} */
    Placement placement(long seed) {
        Random random = new Random(seed);
        Map<OperatorId, String> classes = new TreeMap<>();
        GranularGraph.of(graph).operators().stream()
                .filter(o -> o.call().isPresent())
                .forEach(o -> classes.put(o.id(), DEVICES.get(random.nextInt(DEVICES.size()))));
        graph.calls().forEach((path, call) -> {
            if (call.operator() instanceof Generate && random.nextInt(4) == 0) {
                classes.put(OperatorId.prefill(path), HOSTED);
                classes.put(OperatorId.decode(path), HOSTED);
            }
        });
        return new Placement(DEVICES.get(random.nextInt(DEVICES.size())), classes);
    }

    /** {@return what happened since the last call, and forgets it} */
    World takeWorld() {
        World world = new World(List.copyOf(calls), Map.copyOf(stored));
        calls.clear();
        stored.clear();
        return world;
    }

    @Override
    public String toString() {
        return graph.name() + graph.calls().keySet();
    }

    private static Arbitrary<Recipe> recipes(int depth) {
        Arbitrary<List<Recipe>> inner = depth == 0
                ? Arbitraries.just(List.of())
                : recipes(depth - 1).list().ofMaxSize(4);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 21),
                        Arbitraries.integers().between(0, 1000),
                        inner)
                .as(Recipe::new);
    }

    private Tool<Integer, Integer> act(String name) {
        return tool(name, (Integer x) -> {
            calls.add(name + "(" + x + ")");
            return x + 7;
        });
    }

    private Memory<Integer, Integer> memory(String name) {
        return new Memory<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Integer load(Integer key) {
                return stored.getOrDefault(name + key % 2, 0);
            }

            @Override
            public void store(Integer key, Integer value) {
                stored.put(name + key % 2, value);
            }
        };
    }

    private AgentGraph<Integer, Integer> declare(String name, List<Recipe> list, boolean effects) {
        return AgentGraph.define(name, Integer.class, Integer.class, (g, in) -> region(g, List.of(in), list, effects));
    }

    private Port<Integer> region(GraphBuilder g, List<Port<Integer>> outer, List<Recipe> list, boolean effects) {
        List<Port<Integer>> visible = new ArrayList<>(outer);
        int number = 0;
        for (Recipe r : list) visible.add(node(g, "n" + number++, visible, r, effects));
        // Everything that was made counts; some of it is dropped, so that there is dead work.
        Port<Integer> sum = visible.getLast();
        for (int i = outer.size(); i < visible.size() - 1; i += 2) sum = g.node("sum" + i, MIX, sum, visible.get(i));
        return sum;
    }

    /** Items of a for-each may have no {@code effects}: they have no order. */
    private Port<Integer> node(GraphBuilder g, String name, List<Port<Integer>> visible, Recipe r, boolean effects) {
        Port<Integer> in = visible.get(r.pick() % visible.size());
        Port<Integer> other = visible.get(r.pick() / 7 % visible.size());
        return switch (r.kind()) {
            case 0 -> in.map(name, TWICE);
            case 1 -> in.map(name, x -> x * 3 + r.pick());
            case 2 -> g.node(name, MIX, in, other);
            case 3 -> g.node(name, lookup, in);
            case 4, 5 -> effects ? g.node(name, acts.get(r.pick() % 2), in) : g.node(name, lookup, in);
            case 6 -> effects ? g.load(name, memories.get(r.pick() % 2), in) : in.map(name, TWICE);
            case 7 -> effects ? g.store(name, memories.get(r.pick() % 2), in, other) : in.map(name, TWICE);
            case 8 ->
                g.loop(name, in.map(name + "start", x -> x % 20), new Iterations(8, 1 + r.pick() % 4), (b, s) -> {
                    Port<Integer> result = region(b, with(visible, s), r.inner(), effects);
                    return LoopStep.step(
                            s.map("done", x -> Math.abs(x) <= 2),
                            result,
                            b.node("next", (Integer x, Integer y) -> Math.abs(x) / 2 + (y & 1), s, result));
                });
            case 9, 10 ->
                g.when(
                        name,
                        in.map(name + "?", x -> x % 2 == 0),
                        0.5,
                        b -> region(b, visible, r.inner(), effects),
                        b -> region(b, visible, r.inner().reversed(), effects));
            case 11 ->
                g.forEach(
                                name,
                                in.map(name + "items", RandomAgent::items),
                                1.5,
                                (GraphBuilder b, Port<Integer> x) -> region(b, with(visible, x), r.inner(), false))
                        .map(name + "total", RandomAgent::total);
            case 12 -> g.nested(name, declare("inner", r.inner(), effects), in);
            case 13 ->
                g.node(name, llm, in.map(name + "prompt", x -> Prompt.EMPTY.user("" + x)))
                        .map(name + "length", RandomAgent::read);
            case 14 -> samples(g, name, in, r);
            case 15 -> passages(g, name, in, visible, r);
            case 16 -> g.node(name, effects ? models.order() : models.note(), in);
            case 17 -> g.node(name, models.mix(), List.of(in, other));
            default -> models.node(g, name, in, r.kind(), r.pick());
        };
    }

    /** Several samples of one prompt. */
    private Port<Integer> samples(GraphBuilder g, String name, Port<Integer> in, Recipe r) {
        Port<Prompt> prompt = in.map(name + "prompt", x -> Prompt.EMPTY.user("" + x));
        Port<Integer> sum = in;
        for (int i = 0; i < 2 + r.pick() % 2; i++) {
            Port<Completion> sample = g.node(name + "sample" + i, llm.sampling(Sampling.seeded(0.7, i)), prompt);
            sum = g.node(
                    i == 1 + r.pick() % 2 ? name : name + i,
                    MIX,
                    sum,
                    sample.map(name + "read" + i, RandomAgent::read));
        }
        return sum;
    }

    /** A for-each over passages that were found, or over what another for-each made of them. */
    private Port<Integer> passages(
            GraphBuilder g, String name, Port<Integer> in, List<Port<Integer>> visible, Recipe r) {
        Port<List<Passage>> found =
                g.node(name + "search", search, g.node(name + "embed", embedder, in.map(name + "text", x -> "" + x)));
        Port<List<Passage>> chosen = g.when(
                name + "which",
                in.map(name + "?", x -> x % 2 == 0),
                0.5,
                b -> found,
                b -> b.forEach(
                        "upper",
                        found,
                        2,
                        (GraphBuilder c, Port<Passage> p) -> p.map("p", q -> Passage.of("u", q.text()))));
        return g.forEach(
                        name,
                        r.pick() % 2 == 0 ? found : chosen,
                        2,
                        (GraphBuilder b, Port<Passage> p) -> region(
                                b, with(visible, p.map("length", q -> q.text().length())), r.inner(), false))
                .map(name + "total", RandomAgent::total);
    }

    private static List<Integer> items(Integer x) {
        return IntStream.range(0, Math.floorMod(x, 4)).mapToObj(i -> x + i).toList();
    }

    private static Integer total(List<Integer> numbers) {
        return numbers.stream().reduce(17, (x, y) -> 31 * x + y);
    }

    private static Integer read(Completion c) {
        return c.text().hashCode();
    }

    private static List<Port<Integer>> with(List<Port<Integer>> visible, Port<Integer> one) {
        List<Port<Integer>> more = new ArrayList<>(visible);
        more.add(one);
        return more;
    }
}
