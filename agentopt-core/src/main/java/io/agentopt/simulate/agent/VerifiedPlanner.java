package io.agentopt.simulate.agent;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanResult;
import io.agentopt.plan.Planner;
import io.agentopt.simulate.Percentiles;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Plans until the promised percentile holds in a simulation. A planner thinks in means without queues; its margin between the limit and the
 * planned mean is a rule of thumb. Here the margin is what is searched for:
 *
 * <pre>
 * plan with margin m, simulate: percentile v, limit L
 * v &gt; L           the margin was too small:  m := m v / L and a little more, below what is known to hold
 * v &lt; .97 L       it was larger than needed: m := m v / L, above what is known to miss; a cheaper plan that holds wins
 * </pre>
 *
 * A percentile holds when the share of simulated requests in time is 1.64 standard errors above it, so that another seed agrees. It ends when the two margins meet, after {@link #rounds}, or when no plan keeps the margin. The first-token limit has a margin of its own, which
 * only grows. Deterministic where planner and options are. Immutable.
 */
public final class VerifiedPlanner {
    private static final int ROUNDS = 8;

    private final Planner planner;
    private final SimulationOptions options;
    private final int rounds;

    private VerifiedPlanner(Planner planner, SimulationOptions options, int rounds) {
        this.planner = Objects.requireNonNull(planner, "planner");
        this.options = Objects.requireNonNull(options, "options");
        this.rounds = rounds;
    }

    /** {@return a planner whose plans are simulated with these options, 8 rounds at most} */
    public static VerifiedPlanner of(Planner planner, SimulationOptions options) {
        return new VerifiedPlanner(planner, options, ROUNDS);
    }

    /** {@return this planner with another limit on how often it plans and simulates, at least 1} */
    public VerifiedPlanner rounds(int most) {
        if (most < 1)
            throw new IllegalArgumentException("The rounds (" + most + ") of a verified planner must be at least 1.");
        return new VerifiedPlanner(planner, options, most);
    }

    /**
     * Plans.
     *
     * @throws io.agentopt.plan.InfeasiblePlanException if no plan holds in simulation; see {@link #solve} for the same as a value
     * @throws IllegalArgumentException as of {@link Planner#plan}
     */
    public <I, O> Plan<I, O> plan(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        return solve(graph, workload, sla, fleet).orThrow();
    }

    /**
     * Plans; that there is no plan, or none that holds in simulation, is a result that names the operator where requests queue.
     *
     * @throws IllegalArgumentException as of {@link Planner#solve}
     */
    public <I, O> PlanResult<I, O> solve(AgentGraph<I, O> graph, Workload workload, Sla sla, Fleet fleet) {
        MarginSearch<I, O> search = new MarginSearch<>(graph.name(), sla);
        while (search.rounds() < rounds && !search.ended()) {
            switch (planner.solve(graph, workload, sla.margins(search.next()), fleet)) {
                case PlanResult.Infeasible<I, O> none -> search.infeasible(none);
                case PlanResult.Planned<I, O> p -> check(p.plan(), fleet, search);
            }
        }
        return search.result();
    }

    private <I, O> void check(Plan<I, O> plan, Fleet fleet, MarginSearch<I, O> search) {
        PlanPrediction predicted = PercentileModel.of(plan, fleet, planner.models(), planner.costModel())
                .predict(options);
        switch (predicted) {
            case PlanPrediction.Overloaded o -> search.overloaded(o);
            case PlanPrediction.Steady s ->
                search.simulated(
                        plan,
                        at(s.endToEnd(), plan.sla().percentile()),
                        PlanSimulation.of(plan, fleet, planner.models(), planner.costModel())
                                .run(options),
                        options);
        }
    }

    /** {@return the time of a percentile, or the mean} */
    static double at(Percentiles times, Percentile percentile) {
        return switch (percentile) {
            case MEAN -> times.mean();
            case P50 -> times.p50();
            case P90 -> times.p90();
            case P95 -> times.p95();
            case P99 -> times.p99();
        };
    }

    /** {@return the share of requests that a percentile speaks for; none for the mean} */
    static OptionalDouble share(Percentile percentile) {
        return switch (percentile) {
            case MEAN -> OptionalDouble.empty();
            case P50 -> OptionalDouble.of(0.5);
            case P90 -> OptionalDouble.of(0.9);
            case P95 -> OptionalDouble.of(0.95);
            case P99 -> OptionalDouble.of(0.99);
        };
    }
}
