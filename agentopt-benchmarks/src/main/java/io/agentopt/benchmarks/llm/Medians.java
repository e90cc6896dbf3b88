package io.agentopt.benchmarks.llm;

import java.util.Arrays;

/** Middles of interleaved rounds: what disturbs one round disturbs both sides of its ratio. */
final class Medians {
    private Medians() {}

    static double of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** {@return the median over the rounds of one divided by the other} */
    static double ofRatios(double[] a, double[] b) {
        double[] ratios = new double[a.length];
        for (int i = 0; i < a.length; i++) ratios[i] = a[i] / b[i];
        return of(ratios);
    }
}
