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
        return p.operators <= linearUpTo
                ? MediumSolver.solve(problem, p, start, options, budget)
                : LargeSolver.solve(problem, p, start, options, budget);
    }
}
