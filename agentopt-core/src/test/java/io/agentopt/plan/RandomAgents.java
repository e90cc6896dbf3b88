package io.agentopt.plan;

import static io.agentopt.operator.Operators.custom;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.infer;
import static io.agentopt.operator.Operators.kernel;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.rerank;
import static io.agentopt.operator.Operators.synthesize;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.transcribe;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphBuilder;
import io.agentopt.graph.Iterations;
import io.agentopt.graph.LoopStep;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.Port;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.Tensor;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Memory;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Agents drawn from a seed, with packaged models: every operator, nested regions, captured values, empty bodies. */
public final class RandomAgents {
    private static final String[] LANGUAGE_MODELS = {
        "meta-llama/Llama-3.2-1B", "meta-llama/Meta-Llama-3.1-8B", "meta-llama/Meta-Llama-3.1-70B"
    };
    private static final String EMBEDDER = "BAAI/bge-small-en-v1.5";
    private static final PassageIndex INDEX =
            PassageIndex.of("facts", model(EMBEDDER), List.of(Passage.of("a", "A fact."), Passage.of("b", "Another.")));
    private static final Tool<String, String> LOOKUP =
            tool("lookup", (String s) -> s).expecting(Duration.ofMillis(30)).priced(1e-5);
    private static final String RERANKER = "BAAI/bge-reranker-v2-m3";
    private static final Synthesize SPEAK = synthesize(model("tts"))
            .costing(Work.seconds("cpu", 0.3).and("gpu", 0.05).keeping(3e8));
    private static final Infer<Tensor> CLASSIFY =
            infer(model("file"), "y", "x").costing(Work.counted(2e9, 1e8).keeping(1e8));
    private static final Custom<String> REDACT = custom("acme.redact", String.class, String.class, s -> s);
    private static final Custom<String> LOG =
            custom("acme.log", String.class, String.class, s -> s).costing(Work.seconds("cpu", 1e-3));
    private static final Memory<String, String> NOTES = Memory.inProcess("notes", "");

    private final Random random;
    private final int widest;
    private int nested;

    private RandomAgents(long seed, int widest) {
        this.random = new Random(seed);
        this.widest = widest;
    }

    /** {@return an agent of up to so many nodes a region, three regions deep at most} */
    public static AgentGraph<String, String> agent(long seed, int widest) {
        return new RandomAgents(seed, widest).graph("random " + seed, 3);
    }

    private AgentGraph<String, String> graph(String name, int depth) {
        return AgentGraph.define(name, String.class, String.class, (g, in) -> region(g, List.of(in), depth));
    }

    private Port<String> region(GraphBuilder g, List<Port<String>> visible, int depth) {
        List<Port<String>> texts = new ArrayList<>(visible);
        int nodes = random.nextInt(widest + 1);
        for (int i = 0; i < nodes; i++) texts.add(node(g, "n" + i, texts, depth));
        return pick(texts);
    }

    private Port<String> node(GraphBuilder g, String name, List<Port<String>> texts, int depth) {
        Port<String> in = pick(texts);
        int kind = random.nextInt(depth == 0 ? 12 : 17);
        return switch (depth == 0 && kind >= 7 ? kind + 5 : kind) {
            case 0 -> in.map(name, String::strip);
            case 1 -> g.node(name, String::concat, in, pick(texts));
            case 2 ->
                g.node(
                                name,
                                generate(model(LANGUAGE_MODELS[random.nextInt(LANGUAGE_MODELS.length)]))
                                        .maxTokens(400)
                                        .expecting(1 + random.nextInt(2000), 1 + random.nextInt(300)),
                                in.map(name + "p", Prompt::system))
                        .map(name + "t", c -> c.text());
            case 3 ->
                g.node(name, vectorSearch(INDEX, 2), g.node(name + "e", embed(model(EMBEDDER)), in))
                        .map(name + "t", d -> d.toString());
            case 4 -> g.node(name, LOOKUP, in, NodeOptions.NONE.outputBytes(random.nextInt(1_000_000)));
            case 5 -> g.load(name, NOTES, in);
            case 6 -> g.store(name, NOTES, pick(texts), in);
            case 7, 8 ->
                g.loop(name, in, new Iterations(5, 1 + 4 * random.nextDouble()), (b, s) -> {
                    Port<String> next = region(b, with(texts, s), depth - 1);
                    return LoopStep.step(next.map("done", String::isEmpty), pick(with(texts, next)), next);
                });
            case 9 ->
                g.when(
                        name,
                        in.map(name + "?", String::isEmpty),
                        random.nextDouble(),
                        b -> region(b, texts, depth - 1),
                        b -> region(b, texts, depth - 1));
            case 10 ->
                g.forEach(
                                name,
                                in.map(name + "l", s -> List.of(s)),
                                random.nextDouble() * 3,
                                (b, s) -> region(b, with(texts, s), depth - 1))
                        .map(name + "t", l -> l.toString());
            case 11 -> g.nested(name, graph("inner" + nested++, depth - 1), in);
            case 12 ->
                g.rerank(
                                name,
                                rerank(model(RERANKER), 2)
                                        .expecting(20, 1 + random.nextInt(300), 1 + random.nextInt(20)),
                                in,
                                in.map(name + "d", s -> List.of(Passage.of("a", s))))
                        .map(name + "t", d -> d.toString());
            case 13 ->
                g.node(
                        name,
                        transcribe(model("openai/whisper-base")).expecting(1 + 40 * random.nextDouble()),
                        g.node(name + "s", SPEAK, in));
            case 14 ->
                g.node(name, CLASSIFY, in.map(name + "x", s -> Tensor.of(new float[4])))
                        .map(name + "t", t -> t.toString());
            case 15 ->
                g.node(name, kernel("softmax", 1), in.map(name + "x", s -> Tensor.of(new float[4])))
                        .map(name + "t", t -> t.toString());
            default -> g.node(name, random.nextBoolean() ? REDACT : LOG, in);
        };
    }

    private Port<String> pick(List<Port<String>> texts) {
        return texts.get(random.nextInt(texts.size()));
    }

    private static List<Port<String>> with(List<Port<String>> texts, Port<String> one) {
        List<Port<String>> more = new ArrayList<>(texts);
        more.add(one);
        return more;
    }
}
