package io.agentopt.runtime.observe;

/**
 * Durations that were measured.
 *
 * @param count how many; 0 makes the others 0
 * @param meanSeconds over all
 * @param p50Seconds half of the latest took at most this
 * @param p95Seconds 95 % of the latest took at most this
 */
public record Measured(long count, double meanSeconds, double p50Seconds, double p95Seconds) {
    /** Nothing was measured. */
    public static final Measured NONE = new Measured(0, 0, 0, 0);
}
