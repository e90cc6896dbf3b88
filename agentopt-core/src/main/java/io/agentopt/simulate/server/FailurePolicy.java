package io.agentopt.simulate.server;

/** What becomes of the requests of a server that fails. */
public enum FailurePolicy {
    /** They wait until it is up again and are computed anew; tokens that are out stay out. */
    REQUEUE,
    /** They are refused, and so is whatever comes while it is down. */
    LOSE
}
