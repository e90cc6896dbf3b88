package io.agentopt.plan.solve;

/** How a call of {@link BoundedSimplex} ended. */
enum SimplexStatus {
    /** No row and no bound is broken, and the prices prove that nothing is cheaper. */
    OPTIMAL,
    /** A row cannot be kept; its multipliers are the proof. */
    INFEASIBLE,
    /** The objective has passed the value that was of interest. */
    CUT_OFF,
    /** Pivots or budget ran out. */
    UNFINISHED
}
