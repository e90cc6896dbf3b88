package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;

/** The slow twin of every solver: tries all placements. */
final class Exhaustive {
    private Exhaustive() {}

    /** {@return the least cost, infinite when nothing is feasible} */
    static double leastCost(PlacementProblem problem) {
        int[] modes = new int[problem.operators().size()];
        double best = Double.POSITIVE_INFINITY;
        while (true) {
            Evaluation evaluation = Evaluator.evaluate(problem, modes);
            if (evaluation.feasible()) best = Math.min(best, evaluation.dollarsPerHour());
            int at = 0;
            while (at < modes.length
                    && ++modes[at] == problem.operators().get(at).modes().size()) modes[at++] = 0;
            if (at == modes.length) return best;
        }
    }
}
