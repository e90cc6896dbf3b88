package io.agentopt.benchmarks.lower;

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
import io.agentopt.operator.PassageIndex;
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.OperatorId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** An agent of so many operators: retrievals, LLM calls, tools and loops that read each other, some of them dead, some of them equal. */
final class GeneratedGraph {
    private static final PassageIndex INDEX = PassageIndex.of("docs", model("e"), List.of(Passage.of("p", "text")));

    private final Random random;
    private final int operators;
    private final List<Port<String>> texts = new ArrayList<>();
    private int made;

    private GeneratedGraph(int operators, long seed) {
        this.operators = operators;
        this.random = new Random(seed);
    }

    static AgentGraph<String, String> of(int operators, long seed) {
        return new GeneratedGraph(operators, seed).declare();
    }

    /** {@return host work on the CPU, each phase of an LLM call on one of two other classes} */
    static Placement placed(AgentGraph<?, ?> graph, long seed) {
        Random random = new Random(seed);
        Map<OperatorId, String> classes = new TreeMap<>();
        GranularGraph.of(graph).operators().stream()
                .filter(o -> o.call().isPresent())
                .forEach(o -> classes.put(
                        o.id(),
                        o.id().phase() == OperatorId.Phase.WHOLE ? "cpu" : random.nextBoolean() ? "H100" : "MI300X"));
        return new Placement("cpu", classes);
    }

    private AgentGraph<String, String> declare() {
        return AgentGraph.define("generated", String.class, String.class, (g, question) -> {
            texts.add(question);
            Port<String> answer = question;
            while (made < operators - 2) {
                part(g);
                if (random.nextInt(3) > 0) {
                    answer = g.node("join" + made, String::concat, answer, texts.getLast());
                    made++;
                }
            }
            while (made < operators) answer = answer.map("end" + made++, String::strip);
            return answer;
        });
    }

    private void part(GraphBuilder g) {
        Port<String> in = texts.get(Math.max(0, texts.size() - 1 - random.nextInt(8)));
        int room = operators - made;
        int kind = room < 4 ? 2 : random.nextInt(5);
        int n = made;
        switch (kind) {
            case 0 -> {
                var found = g.node("search" + n, vectorSearch(INDEX, 3), g.node("embed" + n, embed(model("e")), in));
                texts.add(g.node("quote" + n, (String text, List<Passage> passages) -> text + passages, in, found));
                made += 3;
            }
            case 1 -> {
                var said = g.node("ask" + n, generate(model("m" + n % 3)), in.map("prompt" + n, Prompt::system));
                texts.add(said.map("text" + n, Completion::text));
                made += 3;
            }
            case 2, 3 -> {
                texts.add(g.node("tool" + n, tool("tool" + n, (String s) -> s), in));
                made++;
            }
            default -> {
                texts.add(g.loop("loop" + n, in, Iterations.maxIterations(3), (b, state) -> {
                    Port<String> next = b.node("add", String::concat, state, in);
                    return LoopStep.step(next.map("done", String::isEmpty), next, next);
                }));
                made += 3;
            }
        }
    }
}
