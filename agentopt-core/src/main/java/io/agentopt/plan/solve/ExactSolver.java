package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.Set;

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
        DepthFirstSearch search = new DepthFirstSearch(p, Set.of(), budget.share(SEARCH_SHARE, Long.MAX_VALUE));
        DepthFirstSearch.Outcome outcome = search.run(start.cost());
        int[] best = outcome.modes().map(p::toOriginal).orElse(start.modes());
        boolean found = outcome.modes().isPresent() || start.feasible();
        SolveStatistics statistics = budget.statistics("exact search", outcome.foundAt());
        if (found) return Answers.placed(problem, best, search.rootBound(), outcome.complete(), statistics);
        if (outcome.complete()) return new InfeasibilityAnalysis(problem, budget).explain(start.modes());
        return new Undecided(Answers.relaxation(problem, start.modes()), statistics);
    }
}
