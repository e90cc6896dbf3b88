package io.agentopt.plan.paper;

/** Which times the SLA limits: the paper writes the one and computes with the other. */
public enum Reading {
    /** Constraint C2 as it is written: each task by itself, t_i - s_i at most T_SLA. */
    PER_TASK,
    /** As the worked example adds up: all tasks one after another, with the transfers between them. */
    END_TO_END
}
