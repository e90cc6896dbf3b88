package io.agentopt.benchmarks.plan;

import java.util.Arrays;
import java.util.Collection;

/** Order statistics of a sample; 0 for an empty one. */
final class Quantile {
    private Quantile() {}

    static double median(Collection<Double> sample) {
        double[] sorted = sorted(sample);
        int n = sorted.length;
        return n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    /** {@return the least value that at least {@code share} of the sample do not exceed} */
    static double upper(Collection<Double> sample, double share) {
        double[] sorted = sorted(sample);
        return sorted.length == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    private static double[] sorted(Collection<Double> sample) {
        double[] sorted = sample.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
