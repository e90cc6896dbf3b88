package io.agentopt.plan.solve;

/** The answer of a solver: a placement, a proof that there is none, or neither within the budget. */
public sealed interface Solution permits Placed, Infeasible, Undecided {
    /** {@return what it took} */
    SolveStatistics statistics();
}
