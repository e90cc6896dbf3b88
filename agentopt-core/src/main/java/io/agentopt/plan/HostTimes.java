package io.agentopt.plan;

/**
 * Assumed times of what runs as plain Java on the host, where nothing was measured. Orders of magnitude, not measurements: a
 * function between two operators handles texts of a few kilobytes.
 */
final class HostTimes {
    /** A transform, a memory access, the handing over of a tool call. */
    static final double FUNCTION_SECONDS = 10e-6;

    /** How they run, in a plan. */
    static final String MODE = "host";

    private HostTimes() {}
}
