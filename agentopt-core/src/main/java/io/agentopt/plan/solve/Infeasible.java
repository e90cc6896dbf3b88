package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.List;
import java.util.stream.Collectors;

/**
 * No placement keeps every limit: proved.
 *
 * @param family the limit that stands in the way; loosening it alone suffices when the relaxation has changes of this family only
 * @param leastAchievable the least value of the limited quantity over all placements that keep the other limits (proved
 *     when {@code leastExact}, else the value of the witness): seconds for deadline and milestone, devices of
 *     the scarce class for inventory and memory, missing links for link, classes apart for co-location
 * @param limit what the problem allows of it
 * @param leastExact whether {@code leastAchievable} is proved to be least
 * @param operators operators concerned: a critical path, those on the scarce class, the ends of a missing link
 * @param relaxation changes that make the problem feasible, with a witness
 * @param verified whether infeasibility is proved by exact search or an exact bound; always true here, kept for reports
 * @param statistics what it took
 */
public record Infeasible(
        Family family,
        double leastAchievable,
        double limit,
        boolean leastExact,
        List<Integer> operators,
        Relaxation relaxation,
        boolean verified,
        SolveStatistics statistics)
        implements Solution {

    public Infeasible {
        operators = List.copyOf(operators);
        if (!verified) {
            throw new IllegalArgumentException(
                    "An unproved infeasibility (" + family + ") is not a result. Return Undecided.");
        }
    }

    /** {@return the reason and the way out in one or two sentences} */
    public String explain(PlacementProblem problem) {
        return "Problem '" + problem.name() + "' is infeasible: " + family + " allows " + limit + ", but "
                + (leastExact ? "no placement gets below " : "the nearest placement found needs ") + leastAchievable
                + " (operators "
                + operators.stream()
                        .map(i -> "'" + problem.operators().get(i).name() + "'")
                        .collect(Collectors.joining(", "))
                + "). To make it feasible, " + relaxation.describe(problem) + ".";
    }
}
