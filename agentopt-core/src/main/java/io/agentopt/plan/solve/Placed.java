package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.List;

/**
 * A feasible placement.
 *
 * @param modes for each operator the index of its mode
 * @param evaluation its cost, path and devices
 * @param lowerBoundDollarsPerHour no feasible placement costs less; proved
 * @param proof whether the placement is optimal
 * @param statistics what it took
 */
public record Placed(
        List<Integer> modes,
        Evaluation evaluation,
        double lowerBoundDollarsPerHour,
        Proof proof,
        SolveStatistics statistics)
        implements Solution {

    public Placed {
        modes = List.copyOf(modes);
    }

    /** {@return (cost - lower bound) / cost, 0 when optimal: how much cheaper a placement could be at most} */
    public double gap() {
        double cost = evaluation.dollarsPerHour();
        return cost <= 0 ? 0 : Math.max(0, (cost - lowerBoundDollarsPerHour) / cost);
    }

    /** {@return the cost in dollars per hour} */
    public double dollarsPerHour() {
        return evaluation.dollarsPerHour();
    }

    /** {@return the modes as an array, for {@code Evaluator}} */
    public int[] modeOfOperator() {
        return modes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** {@return cost, bound and gap in one sentence} */
    public String summary(PlacementProblem problem) {
        String head = "Placement of '%s': $%.4f per hour".formatted(problem.name(), dollarsPerHour());
        return switch (proof) {
            case OPTIMAL -> head + ", proved optimal.";
            case BOUNDED ->
                head
                        + ", at least $%.4f (gap %.2f %%). On a small fleet most of such a gap is the rounding to whole devices."
                                .formatted(lowerBoundDollarsPerHour, 100 * gap());
        };
    }
}
