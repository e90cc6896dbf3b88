package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.PlacementProblem;

/**
 * Complete search. Proves optimality or infeasibility of small problems; at the end of its budget it returns the best
 * placement found with the bound it has, or {@link Undecided}.
 */
public final class ExactSolver implements PlacementSolver {
    /** Share of the budget for the search; the rest explains an infeasible problem. */
    private static final double SEARCH_SHARE = 0.6;

    @Override
    public Solution solve(PlacementProblem problem, SolveOptions options) {
        Budget budget = Budget.of(options);
        CompiledProblem p = new CompiledProblem(problem, true);
        Start start = Start.of(problem, options);
        if (InfeasibilityAnalysis.provedByBound(p)) {
            return new InfeasibilityAnalysis(problem, budget).explain(start.modes());
        }
        DepthFirstSearch search = new DepthFirstSearch(p, java.util.Set.of(), budget.share(SEARCH_SHARE, Long.MAX_VALUE));
        DepthFirstSearch.Outcome outcome = search.run(start.cost());
        int[] best = outcome.modes().map(p::toOriginal).orElse(start.modes());
        boolean found = outcome.modes().isPresent() || start.feasible();
        SolveStatistics statistics = budget.statistics("exact search");
        if (found) return Answers.placed(problem, best, search.rootBound(), outcome.complete(), statistics);
        if (outcome.complete()) return new InfeasibilityAnalysis(problem, budget).explain(start.modes());
        return new Undecided(Answers.relaxation(problem, start.modes()), statistics);
    }

    /** The placement that the caller starts from, or the first mode of each operator. */
    record Start(int[] modes, boolean feasible, double cost) {
        static Start of(PlacementProblem problem, SolveOptions options) {
            int[] modes = options.start().isEmpty()
                    ? new int[problem.operators().size()]
                    : options.start().stream().mapToInt(Integer::intValue).toArray();
            Evaluation evaluation = Evaluator.evaluate(problem, modes);
            return new Start(
                    modes,
                    evaluation.feasible(),
                    evaluation.feasible() ? evaluation.dollarsPerHour() : Double.POSITIVE_INFINITY);
        }
    }
}
