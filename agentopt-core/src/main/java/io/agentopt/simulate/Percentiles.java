package io.agentopt.simulate;

import java.util.Arrays;

/**
 * Mean and percentiles of some times, in the unit of what they are made of; all 0 if there are none. A percentile is interpolated between the two
 * nearest values.
 *
 * @param count how many values
 * @param mean their mean
 * @param p50 the median
 * @param p90 90 % are at most this
 * @param p95 95 % are at most this
 * @param p99 99 % are at most this
 * @param max the largest
 */
public record Percentiles(int count, double mean, double p50, double p90, double p95, double p99, double max) {
    /** {@return those of some values, which stay as they are} */
    public static Percentiles of(double[] values) {
        int n = values.length;
        if (n == 0) return new Percentiles(0, 0, 0, 0, 0, 0, 0);
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double sum = 0;
        for (double v : sorted) sum += v;
        return new Percentiles(
                n, sum / n, at(sorted, .5), at(sorted, .9), at(sorted, .95), at(sorted, .99), sorted[n - 1]);
    }

    /** {@return what a share of sorted values is at most} */
    static double at(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        double part = place - below;
        return part == 0 ? sorted[below] : sorted[below] + part * (sorted[below + 1] - sorted[below]);
    }
}
