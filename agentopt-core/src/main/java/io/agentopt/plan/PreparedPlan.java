package io.agentopt.plan;

import io.agentopt.hardware.Fleet;
import io.agentopt.plan.solve.Replanner;
import io.agentopt.plan.solve.SolveOptions;
import java.util.List;

/**
 * A plan in force with good placements for what may happen to it, made by {@link Planner#prepare}. Immutable; safe for concurrent use. After a
 * replan that moved something, prepare again from its result when there is time: the placements stay good starts, but no longer the best.
 *
 * <pre>{@code
 * PreparedPlan<String, String> prepared = planner.prepare(plan, fleet);
 * ReplanResult<String, String> now = prepared.replan(new Change.Outage("H100-SXM", 2));
 * }</pre>
 *
 * @param <I> input of the agent
 * @param <O> output of the agent
 */
public final class PreparedPlan<I, O> {
    /** Budget of each solve of a preparation: 20,000 steps, some 20 to 40 ms at 50 operators. */
    public static final SolveOptions EACH = SolveOptions.steps(1, 20_000);

    private final Planner planner;
    private final Plan<I, O> plan;
    private final Fleet fleet;
    private final Replanner replanner;

    PreparedPlan(Planner planner, Plan<I, O> plan, Fleet fleet, Replanner replanner) {
        this.planner = planner;
        this.plan = plan;
        this.fleet = fleet;
        this.replanner = replanner;
    }

    /** {@return the plan in force} */
    public Plan<I, O> plan() {
        return plan;
    }

    /** {@return how many placements a replan can start from; 0 where replans plan anew} */
    public int knownPlacements() {
        return replanner.knownPlacements();
    }

    /**
     * Plans again after changes with {@link ReplanOptions#DEFAULT}.
     *
     * @throws IllegalArgumentException if a change names a device class that the fleet does not have
     */
    public ReplanResult<I, O> replan(Change... changes) {
        return replan(List.of(changes), ReplanOptions.DEFAULT);
    }

    /**
     * Plans again after changes, as {@link Planner#replan(Plan, Fleet, List, ReplanOptions)} does, from the prepared placements as well.
     *
     * @throws IllegalArgumentException if a change names a device class that the fleet does not have
     */
    public ReplanResult<I, O> replan(List<Change> changes, ReplanOptions how) {
        return planner.replan(plan, fleet, changes, how, replanner);
    }
}
