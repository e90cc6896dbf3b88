package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.Set;

/**
 * The default solver. Tiny problems are searched depth first; up to some hundred operators local search and branch and bound on the
 * linear relaxation take turns; larger ones get a placement from local search and a Lagrangian bound. Infeasibility is claimed only when a complete search or a bound proves it.
 */
public final class PortfolioSolver implements PlacementSolver {
    private static final long DEPTH_FIRST_STEPS = 20_000;
    private static final double DEPTH_FIRST_PLACEMENTS = 1e7;
    private static final int ROOT_ITERATIONS = 150;

    /** Operators up to which the linear relaxation pays: its basis is dense. */
    private static final int LINEAR_UP_TO = 150;

    private final long depthFirstSteps;
    private final int linearUpTo;

    /** The default solver. */
    public PortfolioSolver() {
        this(DEPTH_FIRST_STEPS, LINEAR_UP_TO);
    }

    PortfolioSolver(long depthFirstSteps, int linearUpTo) {
        this.depthFirstSteps = depthFirstSteps;
        this.linearUpTo = linearUpTo;
    }

    @Override
    public Solution solve(PlacementProblem problem, SolveOptions options) {
        Budget budget = Budget.of(options);
        CompiledProblem p = new CompiledProblem(problem, true);
        Start start = Start.of(problem, options);
        if (InfeasibilityAnalysis.provedByBound(p))
            return new InfeasibilityAnalysis(problem, budget).explain(start.modes());
        double placements = 1;
        for (int[] modes : p.original) placements *= modes.length;
        if (placements <= DEPTH_FIRST_PLACEMENTS) {
            DepthFirstSearch depthFirst = new DepthFirstSearch(p, Set.of(), budget.share(0.2, depthFirstSteps));
            DepthFirstSearch.Outcome outcome = depthFirst.run(start.cost());
            if (outcome.complete()) {
                if (outcome.modes().isEmpty() && !start.feasible()) {
                    return new InfeasibilityAnalysis(problem, budget).explain(start.modes());
                }
                int[] modes = outcome.modes().map(p::toOriginal).orElse(start.modes());
                return Answers.placed(
                        problem, modes, 0, true, budget.statistics("depth-first search", outcome.foundAt()));
            }
        }
        return large(problem, p, start, options, budget);
    }

    private Solution large(
            PlacementProblem problem, CompiledProblem p, Start start, SolveOptions options, Budget budget) {
        if (p.operators <= linearUpTo) return MediumSolver.solve(problem, p, start, options, budget);
        LocalSearch search = new LocalSearch(p, options.seed());
        if (!options.start().isEmpty()) search.offer(p.fromOriginal(options.start()));
        search.pass(budget.share(0.3, Long.MAX_VALUE));
        BranchAndBound tree = new BranchAndBound(p, search, budget.share(0.8, Long.MAX_VALUE));
        double bound = tree.root(ROOT_ITERATIONS);
        Budget polish = budget.share(0.3, Long.MAX_VALUE);
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
