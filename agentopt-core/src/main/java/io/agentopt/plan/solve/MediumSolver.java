package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;

/** Problems whose linear relaxation is quick: local search and branch and bound on that relaxation take turns and share the best placement. */
final class MediumSolver {
    private static final int TURNS_FIRST = 4;

    private MediumSolver() {}

    static Solution solve(
            PlacementProblem problem, CompiledProblem p, Start start, SolveOptions options, Budget budget) {
        LocalSearch search = new LocalSearch(p, options.seed());
        if (!options.start().isEmpty()) search.offer(p.fromOriginal(options.start()));
        Budget most = budget.share(0.97, Long.MAX_VALUE);
        ClassSets sets = new ClassSets(p, options.seed());
        for (int k = 0; k < TURNS_FIRST && sets.turn(search, most); k++) {}
        search.pass(most.share(0.2, Long.MAX_VALUE));
        LinearTree tree = new LinearTree(p, search, options.seed());
        long slice = Math.max(4_000, 150L * p.operators);
        while (!tree.closed() && !most.spent()) {
            Budget forTree = most.share(1, slice);
            while (!tree.closed() && !forTree.spent() && tree.dive(forTree)) {}
            if (tree.closed() || most.spent()) break;
            Budget forSearch = most.share(0.2, slice / 4);
            if (!search.squeeze(forSearch)) search.pass(forSearch);
            Budget forSets = most.share(0.5, slice);
            while (sets.turn(search, forSets)) {}
            slice += slice / 4;
        }
        SolveStatistics statistics =
                budget.statistics("linear branch and bound", search.incumbent().foundAt());
        if (search.incumbent().found()) {
            int[] modes = p.toOriginal(search.incumbent().mode());
            return Answers.placed(problem, modes, tree.bound(), tree.closed(), statistics);
        }
        if (tree.closed())
            return new InfeasibilityAnalysis(problem, budget.share(0.9, Long.MAX_VALUE)).explain(start.modes());
        return new Undecided(Answers.relaxation(problem, p.toOriginal(search.current())), statistics);
    }
}
