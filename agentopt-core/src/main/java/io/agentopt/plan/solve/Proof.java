package io.agentopt.plan.solve;

/** What is known about the cost of a placement. */
public enum Proof {
    /** No feasible placement is cheaper. */
    OPTIMAL,
    /** No feasible placement costs less than the lower bound. */
    BOUNDED
}
