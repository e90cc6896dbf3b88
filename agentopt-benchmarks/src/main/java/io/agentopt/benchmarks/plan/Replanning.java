package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.Replanner;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;

/** How a changed problem is planned again from the placement in force. */
@FunctionalInterface
interface Replanning {
    /** Solves the changed problem, starting from the placement in force. */
    Solution replan(PlacementProblem changed, Placed old, SolveOptions options);

    /** A replanner that has solved likely changes of the problem in advance, with a budget for each of them. */
    static Replanning prepared(PlacementProblem before, Placed inForce, SolveOptions each) {
        return Replanner.prepared(before, inForce, each)::replan;
    }
}
