package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;

/** How a changed problem is planned again from the placement in force. */
@FunctionalInterface
interface Replanning {
    /** Solves the changed problem, starting from the placement in force. */
    Solution replan(PlacementProblem changed, Placed old, SolveOptions options);

    /** The default solver, started from the placement in force. */
    static Replanning warmStart() {
        return (changed, old, options) -> PlacementSolver.portfolio().solve(changed, options.from(old.modes()));
    }
}
