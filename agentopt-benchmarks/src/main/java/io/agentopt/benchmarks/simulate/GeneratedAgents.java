package io.agentopt.benchmarks.simulate;

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
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Tool;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Agents of five shapes, each at several loads, with lengths by a formula: what plans and simulations are compared on. */
final class GeneratedAgents {
    private static final String SMALL = "meta-llama/Llama-3.2-1B";
    private static final String MIDDLE = "meta-llama/Meta-Llama-3.1-8B";
    private static final String LARGE = "meta-llama/Meta-Llama-3.1-70B";
    private static final String EMBEDDER = "BAAI/bge-small-en-v1.5";
    private static final double[] LOADS = {1, 6, 30};
    private static final Tool<String, String> LOOKUP =
            tool("lookup", (String s) -> s).expecting(Duration.ofMillis(120));

    private GeneratedAgents() {}

    /** An agent, its load and its limit. */
    record Case(AgentGraph<String, String> graph, Workload workload, Sla sla) {
        String name() {
            return graph.name() + " at " + workload.requestsPerSecond() + "/s";
        }
    }

    static Fleet fleet() {
        return Fleet.rented("mixed")
                .add("L4", 200)
                .add("A100-80GB-SXM", 200)
                .add("H100-SXM", 200)
                .add("CPU-32-core", 200)
                .build();
    }

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (double load : LOADS) {
            cases.add(of(rag(), load, 8));
            cases.add(of(voice(), load, 3));
            cases.add(of(react(), load, 25));
            cases.add(of(debate(), load, 40));
            cases.add(of(mapReduce(), load, 20));
        }
        return cases;
    }

    private static Case of(AgentGraph<String, String> graph, double load, int seconds) {
        return new Case(graph, Workload.poisson(load), Sla.endToEnd(Percentile.P95, Duration.ofSeconds(seconds)));
    }

    private static AgentGraph<String, String> rag() {
        PassageIndex index = PassageIndex.of(
                "facts", model(EMBEDDER), List.of(Passage.of("a", "A fact."), Passage.of("b", "Another.")));
        return AgentGraph.define("rag", String.class, String.class, (g, question) -> {
            var facts = g.node("search", vectorSearch(index, 2), g.node("embed", embed(model(EMBEDDER)), question));
            Port<String> text = g.node("merge", (String q, List<Passage> f) -> q + f, question, facts);
            return call(g, "answer", MIDDLE, text, 1500, 180);
        });
    }

    private static AgentGraph<String, String> voice() {
        return AgentGraph.define("voice", String.class, String.class, (g, heard) -> {
            Port<String> intent = call(g, "intent", SMALL, heard, 300, 12);
            Port<String> a = g.node("calendar", LOOKUP, intent);
            Port<String> b = g.node("profile", LOOKUP, intent);
            return call(g, "reply", MIDDLE, g.node("merge", String::concat, a, b), 700, 50);
        });
    }

    private static AgentGraph<String, String> react() {
        return AgentGraph.define(
                "react",
                String.class,
                String.class,
                (g, question) -> g.loop("think", question, new Iterations(6, 2.6), (b, state) -> {
                    Port<String> thought = call(b, "decide", LARGE, state, 1800, 90);
                    Port<String> seen = b.when(
                            "act",
                            thought.map("acts?", String::isEmpty),
                            0.7,
                            t -> t.node("tool", LOOKUP, thought),
                            t -> thought.map("skip", String::strip));
                    return LoopStep.step(thought.map("done?", String::isEmpty), thought, seen);
                }));
    }

    private static AgentGraph<String, String> debate() {
        return AgentGraph.define("debate", String.class, String.class, (g, question) -> {
            Port<String> last = question;
            for (int round = 0; round < 2; round++) {
                Port<String> a = call(g, "for" + round, MIDDLE, last, 900, 220);
                Port<String> b = call(g, "against" + round, MIDDLE, last, 900, 220);
                Port<String> c = call(g, "neutral" + round, MIDDLE, last, 900, 220);
                last = g.node("both" + round, String::concat, g.node("two" + round, String::concat, a, b), c);
            }
            return call(g, "judge", LARGE, last, 2500, 150);
        });
    }

    private static AgentGraph<String, String> mapReduce() {
        return AgentGraph.define("map-reduce", String.class, String.class, (g, text) -> {
            var parts = text.map("split", s -> List.of(s));
            var notes = g.forEach("parts", parts, 8, (b, part) -> call(b, "note", SMALL, part, 1200, 120));
            return call(g, "reduce", MIDDLE, notes.map("join", l -> l.toString()), 1400, 250);
        });
    }

    private static Port<String> call(GraphBuilder g, String name, String llm, Port<String> in, int prompt, int output) {
        return g.node(
                        name,
                        generate(model(llm)).maxTokens(4 * output).expecting(prompt, output),
                        in.map(name + " prompt", Prompt::system))
                .map(name + " text", c -> c.text());
    }
}
