package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;

/**
 * Local search with the Lagrangian bound: anytime, for problems of any size. It never claims infeasibility from a failed
 * search, only from a bound that proves it.
 */
public final class LocalSearchSolver implements PlacementSolver {
    private static final int BOUND_ITERATIONS = 30;

    @Override
    public Solution solve(PlacementProblem problem, SolveOptions options) {
        Budget budget = Budget.of(options);
        CompiledProblem p = new CompiledProblem(problem, true);
        Start start = Start.of(problem, options);
        if (InfeasibilityAnalysis.provedByBound(p))
            return new InfeasibilityAnalysis(problem, budget).explain(start.modes());
        LocalSearch search = new LocalSearch(p, options.seed());
        if (!options.start().isEmpty()) search.offer(p.fromOriginal(options.start()));
        search.pass(budget.share(0.4, Long.MAX_VALUE));
        BranchAndBound tree = new BranchAndBound(p, search, budget.share(0.5, Long.MAX_VALUE));
        double bound = tree.root(BOUND_ITERATIONS);
        int stale = 0;
        while (!budget.spent()
                && stale < 6
                && Double.compare(bound, search.incumbent().cost()) < 0) {
            double before = search.incumbent().cost();
            if (!search.squeeze(budget)) search.pass(budget);
            stale = search.incumbent().cost() < before ? 0 : stale + 1;
        }
        SolveStatistics statistics =
                budget.statistics("local search", search.incumbent().foundAt());
        if (search.incumbent().found()) {
            return Answers.placed(problem, p.toOriginal(search.incumbent().mode()), bound, false, statistics);
        }
        return new Undecided(Answers.relaxation(problem, p.toOriginal(search.current())), statistics);
    }
}
