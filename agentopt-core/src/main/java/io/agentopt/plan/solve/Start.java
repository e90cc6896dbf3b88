package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;

/** The placement that the caller starts from, or the first mode of each operator. */
record Start(int[] modes, boolean feasible, double cost) {
    static Start of(PlacementProblem problem, SolveOptions options) {
        int[] modes = options.start().isEmpty()
                ? new int[problem.operators().size()]
                : options.start().stream().mapToInt(Integer::intValue).toArray();
        Evaluation evaluation = Evaluator.evaluate(problem, modes);
        double cost = evaluation.feasible() ? evaluation.dollarsPerHour() : Double.POSITIVE_INFINITY;
        return new Start(modes, evaluation.feasible(), cost);
    }
}
