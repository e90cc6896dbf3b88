package io.agentopt.runtime.observe;

import java.util.Arrays;

/**
 * Counts and durations of one thing. The mean is over all of them, percentiles over the latest {@value #KEPT}, exactly.
 * Thread-safe.
 */
final class Samples {
    static final int KEPT = 1024;

    private final double[] latest = new double[KEPT];
    private long count;
    private double sum;

    synchronized void add(double seconds) {
        latest[(int) (count++ % KEPT)] = seconds;
        sum += seconds;
    }

    synchronized Measured measured() {
        if (count == 0) return Measured.NONE;
        double[] sorted = Arrays.copyOf(latest, (int) Math.min(count, KEPT));
        Arrays.sort(sorted);
        return new Measured(count, sum / count, percentile(sorted, 0.50), percentile(sorted, 0.95));
    }

    /** The smallest value that at least this share of the values does not exceed. */
    private static double percentile(double[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
