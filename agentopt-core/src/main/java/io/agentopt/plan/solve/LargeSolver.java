package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;

/** Problems of more operators than the linear relaxation carries: a placement from local search, a bound from Lagrangian relaxation. */
final class LargeSolver {
    private static final int ROOT_ITERATIONS = 30;

    private LargeSolver() {}

    static Solution solve(
            PlacementProblem problem, CompiledProblem p, Start start, SolveOptions options, Budget budget) {
        LocalSearch search = new LocalSearch(p, options.seed());
        if (!options.start().isEmpty()) search.offer(p.fromOriginal(options.start()));
        BranchAndBound tree = new BranchAndBound(p, search, budget.share(0.8, Long.MAX_VALUE));
        double bound = tree.root(ROOT_ITERATIONS);
        new Descent(new SearchState(p), search.incumbent()).run(budget, false);
        if (!search.incumbent().found()) search.pass(budget.share(0.3, Long.MAX_VALUE));
        if (p.linkCapacity.length == 0 && tree.relaxation().isPresent())
            search.anneal(tree.relaxation().get(), budget.share(0.9, Long.MAX_VALUE));
        Budget polish = budget.share(0.6, Long.MAX_VALUE);
        if (!search.incumbent().found()) search.pass(polish);
        int stale = 0;
        while (!polish.spent() && stale < 3 && bound < search.incumbent().cost()) {
            double before = search.incumbent().cost();
            if (!search.squeeze(polish)) search.pass(polish);
            stale = search.incumbent().cost() < before ? 0 : stale + 1;
        }
        bound = Math.max(bound, tree.run());
        SolveStatistics statistics = budget.statistics(
                "local search with branch and bound", search.incumbent().foundAt());
        if (search.incumbent().found()) {
            int[] modes = p.toOriginal(search.incumbent().mode());
            return Answers.placed(problem, modes, bound, tree.closed(), statistics);
        }
        if (tree.closed())
            return new InfeasibilityAnalysis(problem, budget.share(0.9, Long.MAX_VALUE)).explain(start.modes());
        return new Undecided(Answers.relaxation(problem, p.toOriginal(search.current())), statistics);
    }
}
