package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;

/** Finds a placement of least cost, or says why there is none. Solvers hold no state: one may serve many threads. */
public interface PlacementSolver {
    /** {@return the default solver} */
    static PlacementSolver portfolio() {
        return new PortfolioSolver();
    }

    /** Solves a problem within the budget of the options. */
    Solution solve(PlacementProblem problem, SolveOptions options);
}
