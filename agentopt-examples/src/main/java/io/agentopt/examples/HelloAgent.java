package io.agentopt.examples;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Completion;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.PassageIndex;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.calibrate.LocalMachine;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The program of the README: declare, plan for this machine, run. */
public final class HelloAgent {
    private HelloAgent() {}

    /** Answers one question. */
    public static void main(String[] args) {
        var index = PassageIndex.of(
                "policies",
                model("support-embed"),
                List.of(
                        Passage.of("returns", "Headphones can be returned within 30 days."),
                        Passage.of("shipping", "Shipping of headphones costs 4.90 dollars.")));

        AgentGraph<String, String> graph = AgentGraph.define("hello", String.class, String.class, (g, question) -> {
            var query = g.node("embed", embed(model("support-embed")), question);
            var passages = g.node("retrieve", vectorSearch(index, 2), query);
            var prompt = g.node(
                    "prompt",
                    (String q, List<Passage> p) ->
                            Prompt.system("Answer briefly.").context(p).user(q),
                    question,
                    passages);
            var answer = g.node(
                    "generate", generate(model("support-1")).maxTokens(64).expecting(60, 15), prompt);
            return answer.map("text", Completion::text);
        });

        ModelStore models = ModelStore.of(Path.of(args.length > 0 ? args[0] : "models"));
        Plan<String, String> plan = Planner.minimizeCost()
                .models(models.catalog())
                .plan(
                        graph,
                        Workload.poisson(5),
                        Sla.endToEnd(Percentile.P95, Duration.ofMillis(500)),
                        Fleet.of(LocalMachine.detect()));
        System.out.println(plan.explain());

        try (Agent<String, String> agent = AgentRuntime.load(plan, models)) {
            System.out.println(agent.run("How long can I return headphones?"));
            System.out.println(agent.report());
        }
    }
}
