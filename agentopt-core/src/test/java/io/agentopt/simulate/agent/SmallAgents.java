package io.agentopt.simulate.agent;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphBuilder;
import io.agentopt.graph.Iterations;
import io.agentopt.graph.LoopStep;
import io.agentopt.graph.Port;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Tool;
import io.agentopt.plan.Planner;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import java.time.Duration;
import java.util.List;

/** Agents, a fleet and a planner for the tests of this package. */
final class SmallAgents {
    static final String SMALL = "meta-llama/Llama-3.2-1B";
    static final String MIDDLE = "meta-llama/Meta-Llama-3.1-8B";
    static final Planner PLANNER = Planner.minimizeCost().options(SolveOptions.steps(1, 20_000));
    static final SimulationOptions SHORT = SimulationOptions.DEFAULT.requests(1500);
    static final Fleet FLEET = Fleet.rented("mixed")
            .add("L4", 100)
            .add("A100-80GB-SXM", 100)
            .add("CPU-32-core", 10)
            .build();
    private static final Tool<String, String> LOOKUP =
            tool("lookup", (String s) -> s).expecting(Duration.ofMillis(100));

    private SmallAgents() {}

    static AgentGraph<String, String> answer() {
        return AgentGraph.define(
                "answer", String.class, String.class, (g, question) -> call(g, "answer", MIDDLE, question, 800, 120));
    }

    static AgentGraph<String, String> loop() {
        return AgentGraph.define(
                "loop",
                String.class,
                String.class,
                (g, question) -> g.loop("think", question, new Iterations(5, 2), (b, state) -> {
                    Port<String> thought = call(b, "decide", SMALL, state, 500, 60);
                    Port<String> seen = b.when(
                            "act",
                            thought.map("acts?", String::isEmpty),
                            0.5,
                            t -> t.node("tool", LOOKUP, thought),
                            t -> thought.map("skip", String::strip));
                    return LoopStep.step(thought.map("done?", String::isEmpty), thought, seen);
                }));
    }

    static AgentGraph<String, String> mapReduce() {
        return AgentGraph.define("map-reduce", String.class, String.class, (g, text) -> {
            var parts = text.map("split", s -> List.of(s));
            var notes = g.forEach("parts", parts, 6, (b, part) -> call(b, "note", SMALL, part, 600, 80));
            return call(g, "reduce", SMALL, notes.map("join", l -> l.toString()), 700, 100);
        });
    }

    static Sla p95(double seconds) {
        return Sla.endToEnd(Percentile.P95, Duration.ofNanos((long) (seconds * 1e9)));
    }

    private static Port<String> call(GraphBuilder g, String name, String llm, Port<String> in, int prompt, int output) {
        return g.node(
                        name,
                        generate(model(llm)).maxTokens(4 * output).expecting(prompt, output),
                        in.map(name + " prompt", Prompt::system))
                .map(name + " text", c -> c.text());
    }
}
