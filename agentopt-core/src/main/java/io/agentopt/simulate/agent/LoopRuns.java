package io.agentopt.simulate.agent;

import io.agentopt.graph.Iterations;

/**
 * How often a loop runs: P(k) ~ q^(k - 1) for k = 1 .. max, with q such that the mean is what the graph expects. q above 1 where more than half
 * of the passes are expected.
 *
 * @param max most runs
 * @param ratio q; 0 for one run, infinite for always the most
 */
record LoopRuns(int max, double ratio) {
    private static final int HALVINGS = 60;

    static LoopRuns of(Iterations iterations) {
        if (iterations.expected() <= 1) return new LoopRuns(iterations.max(), 0);
        if (iterations.expected() >= iterations.max()) return new LoopRuns(iterations.max(), Double.POSITIVE_INFINITY);
        double low = -40;
        double high = 40;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (new LoopRuns(iterations.max(), Math.exp(middle)).mean() < iterations.expected()) low = middle;
            else high = middle;
        }
        return new LoopRuns(iterations.max(), Math.exp((low + high) / 2));
    }

    /** {@return the mean} Weights are taken from the likelier end, so that none overflows. */
    double mean() {
        double sum = 0;
        double weighted = 0;
        double weight = 1;
        for (int i = 0; i < max && weight > 1e-300; i++) {
            double k = ratio <= 1 ? i + 1 : max - i;
            sum += weight;
            weighted += weight * k;
            weight *= ratio <= 1 ? ratio : 1 / ratio;
        }
        return weighted / sum;
    }

    /** {@return the number of runs at a place in [0, 1) of the distribution} */
    int at(double place) {
        if (ratio == 0) return 1;
        if (Double.isInfinite(ratio)) return max;
        double q = ratio <= 1 ? ratio : 1 / ratio;
        double all = q == 1 ? max : (1 - Math.pow(q, max)) / (1 - q);
        double weight = 1;
        double sum = 0;
        for (int i = 0; i < max; i++) {
            sum += weight;
            if (place * all < sum || i == max - 1) return ratio <= 1 ? i + 1 : max - i;
            weight *= q;
        }
        return max;
    }
}
