package io.agentopt.plan.paper;

/** The resources r of section 3.1. */
public enum Resource {
    COMPUTE,
    MEMORY,
    BANDWIDTH
}
