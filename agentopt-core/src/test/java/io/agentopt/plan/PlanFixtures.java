package io.agentopt.plan;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.Port;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Prompt;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Small agents and fleets that several tests plan. */
final class PlanFixtures {
    static final String SMALL = "meta-llama/Meta-Llama-3.1-8B";
    static final Planner PLANNER = Planner.minimizeCost().options(SolveOptions.steps(1, 50_000));
    static final Sla SLA = sla(20_000);
    static final Workload SOME = Workload.poisson(2);

    private PlanFixtures() {}

    static Sla sla(long millis) {
        return Sla.endToEnd(Percentile.MEAN, Duration.ofMillis(millis));
    }

    static AgentGraph<String, String> ask() {
        return ask(NodeOptions.NONE);
    }

    static AgentGraph<String, String> ask(NodeOptions options) {
        return AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.node(
                                "ask",
                                generate(model(SMALL)).expecting(500, 120),
                                in.map("prompt", Prompt::system),
                                options)
                        .map("text", c -> c.text()));
    }

    /** Two calls, one after the other. */
    static AgentGraph<String, String> two(NodeOptions first, NodeOptions second) {
        return AgentGraph.define("two", String.class, String.class, (g, in) -> {
            Port<String> a = g.node("a", generate(model(SMALL)).expecting(500, 120), in.map("p", Prompt::system), first)
                    .map("t", c -> c.text());
            return g.node("b", generate(model(SMALL)).expecting(700, 60), a.map("p2", Prompt::system), second)
                    .map("t2", c -> c.text());
        });
    }

    /** So many equal calls side by side, and one that joins them. */
    static AgentGraph<String, String> mapReduce(int branches) {
        return AgentGraph.define("map-reduce", String.class, String.class, (g, in) -> {
            List<Port<String>> parts = new ArrayList<>();
            for (int i = 0; i < branches; i++) {
                Port<Prompt> prompt = in.map("prompt" + i, Prompt::system);
                parts.add(g.node("map" + i, generate(model(SMALL)).expecting(400, 80), prompt)
                        .map("text" + i, c -> c.text()));
            }
            while (parts.size() > 1) {
                List<Port<String>> pairs = new ArrayList<>();
                for (int i = 0; i + 1 < parts.size(); i += 2) {
                    pairs.add(g.node(
                            "join" + parts.size() + "." + i,
                            (String a, String b) -> a + b,
                            parts.get(i),
                            parts.get(i + 1)));
                }
                if (parts.size() % 2 == 1) pairs.add(parts.getLast());
                parts = pairs;
            }
            return g.node(
                            "reduce",
                            generate(model(SMALL)).expecting(2000, 200),
                            parts.getFirst().map("all", Prompt::system))
                    .map("answer", c -> c.text());
        });
    }

    static Fleet fleet(String... devices) {
        Fleet.Builder fleet = Fleet.rented("fleet");
        for (String device : devices) fleet.add(device, 64);
        return fleet.build();
    }

    static <O> Plan<String, O> planned(PlanResult<String, O> result) {
        if (result instanceof PlanResult.Infeasible<?, ?> none)
            throw new AssertionError(none.message() + " " + none.fix());
        Plan<String, O> plan = ((PlanResult.Planned<String, O>) result).plan();
        assertThat(plan.bound().dollarsPerHour()).isLessThanOrEqualTo(plan.dollarsPerHour() + 1e-9);
        assertThat(plan.figures().provedBound())
                .isLessThanOrEqualTo(plan.figures().value() + 1e-9);
        assertThat(plan.explain()).doesNotContain("NaN", "Infinity", "null");
        assertThat(PlanJson.read(plan.toJson(), "plan.json", plan.graph())).isEqualTo(plan);
        return plan;
    }

    static PlanResult.Infeasible<?, ?> none(PlanResult<?, ?> result) {
        assertThat(result).isInstanceOf(PlanResult.Infeasible.class);
        return (PlanResult.Infeasible<?, ?>) result;
    }

    static PlannedOperator operator(Plan<?, ?> plan, String id) {
        return plan.operators().stream()
                .filter(o -> o.id().equals(OperatorId.parse(id)))
                .findFirst()
                .orElseThrow();
    }
}
