package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;

/**
 * The budget ended with neither a feasible placement nor a proof that there is none.
 *
 * @param nearest changes under which the placement that came nearest is feasible
 * @param statistics what it took
 */
public record Undecided(Relaxation nearest, SolveStatistics statistics) implements Solution {
    /** {@return the state of knowledge and the way out in one sentence} */
    public String explain(PlacementProblem problem) {
        return "No feasible placement of '" + problem.name() + "' was found in " + statistics.steps()
                + " steps, and none was excluded. Give the solver more budget, or " + nearest.describe(problem) + ".";
    }
}
