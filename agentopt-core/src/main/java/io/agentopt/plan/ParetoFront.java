package io.agentopt.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Cost against latency: plans of which none is both cheaper and faster than another one.
 *
 * @param <I> input of the agent
 * @param <O> output of the agent
 * @param points from the cheapest to the fastest; empty if nothing keeps the SLA
 * @param excludedSeconds no plan has a shorter mean time than this; proved. Empty if the sweep ended before
 * @param none why there is no plan at all, if there is none
 */
public record ParetoFront<I, O>(
        List<Point<I, O>> points, OptionalDouble excludedSeconds, Optional<PlanResult.Infeasible<I, O>> none) {
    public ParetoFront {
        points = List.copyOf(points);
    }

    /**
     * One plan of the front.
     *
     * @param plan its cost and its time; {@code plan.bound()} holds for all plans within {@code deadlineSeconds}
     * @param deadlineSeconds the mean end-to-end time that it was planned for
     */
    public record Point<I, O>(Plan<I, O> plan, double deadlineSeconds) {}

    static <I, O> ParetoFront<I, O> none(PlanResult.Infeasible<I, O> why) {
        return new ParetoFront<>(List.of(), OptionalDouble.empty(), Optional.of(why));
    }
}
