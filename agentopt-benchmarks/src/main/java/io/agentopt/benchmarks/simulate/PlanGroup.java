package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.Metric;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanResult;
import io.agentopt.plan.Planner;
import io.agentopt.plan.SimulatedCheck;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.simulate.agent.PlanSimulation;
import io.agentopt.simulate.agent.PlanSimulationReport;
import io.agentopt.simulate.agent.SimulationOptions;
import io.agentopt.simulate.agent.VerifiedPlanner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code plan_vs_simulated_p95}: generated agents are planned until their p95 holds in simulation. Then the p95 that closed forms predict for the plan is
 * compared with a simulation that no plan has seen: another seed, three times the requests. Median and worst of |predicted -
 * simulated| / simulated; and the share of plans whose p95 holds there as well.
 */
final class PlanGroup implements SimulateMetricGroup {
    private static final SimulationOptions CHECK = SimulationOptions.DEFAULT;
    private static final SimulationOptions FRESH =
            SimulationOptions.DEFAULT.seed(20_261_122).requests(3 * CHECK.requests());

    @Override
    public String name() {
        return "Plans against simulations that they have not seen";
    }

    @Override
    public List<Metric> run(SimulateOptions options) {
        Planner planner = Planner.minimizeCost().options(SolveOptions.steps(1, 100_000));
        List<Double> errors = new ArrayList<>();
        int held = 0;
        int planned = 0;
        List<GeneratedAgents.Case> cases = GeneratedAgents.all();
        for (GeneratedAgents.Case c : cases) {
            switch (VerifiedPlanner.of(planner, CHECK)
                    .solve(c.graph(), c.workload(), c.sla(), GeneratedAgents.fleet())) {
                case PlanResult.Infeasible<String, String> none ->
                    System.out.printf("  %-20s no plan: %s%n", c.name(), none.message());
                case PlanResult.Planned<String, String> p -> {
                    planned++;
                    PlanSimulationReport fresh = simulated(p.plan(), planner);
                    SimulatedCheck check = p.plan().check().orElseThrow();
                    double p95 = fresh.endToEnd().p95();
                    double error = Math.abs(check.modelSeconds() - p95) / p95;
                    errors.add(error);
                    if (p95 <= c.sla().endToEnd().toMillis() / 1e3) held++;
                    System.out.printf(
                            "  %-20s limit %5.1f s, $%7.2f/h after %d rounds, margin %.2f: predicted %6.2f s, simulated %6.2f s, error %.1f %%%n",
                            c.name(),
                            c.sla().endToEnd().toMillis() / 1e3,
                            p.plan().dollarsPerHour(),
                            check.rounds(),
                            p.plan().sla().margins().endToEnd(),
                            check.modelSeconds(),
                            p95,
                            100 * error);
                }
            }
        }
        Collections.sort(errors);
        return List.of(
                Metric.of("plan_vs_simulated_p95", errors.isEmpty() ? 1 : errors.get(errors.size() / 2), "share")
                        .goal("<= 0.10"),
                Metric.of("plan_vs_simulated_p95.worst", errors.isEmpty() ? 1 : errors.getLast(), "share"),
                Metric.of("plan_vs_simulated_p95.planned", (double) planned / cases.size(), "share"),
                Metric.of("plan_vs_simulated_p95.held", planned == 0 ? 0 : (double) held / planned, "share"));
    }

    private static PlanSimulationReport simulated(Plan<?, ?> plan, Planner planner) {
        return PlanSimulation.of(plan, GeneratedAgents.fleet(), planner.models(), planner.costModel())
                .run(FRESH);
    }
}
