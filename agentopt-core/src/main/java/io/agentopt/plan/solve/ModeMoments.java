package io.agentopt.plan.solve;

import java.util.Arrays;

/** Weighted sums over the modes of each operator, weights being share / reduced cost, as {@link TimeCostNewton} needs them. */
final class ModeMoments {
    private final TimeCostPoint at;
    private final TimeCostProgram l;
    private final double[][] dense;
    final double[] weight;
    final double[] time; // sum of weight * time
    final double[] variance; // sum of weight * (time - mean)^2
    final double[][] rows; // operator, row: sum of weight * factor
    final double[][] covariance; // sum of weight * factor * (time - mean)

    /** Moments at a point; covariances of row factors are added to {@code dense}. */
    ModeMoments(TimeCostPoint at, double[][] dense) {
        this.at = at;
        this.l = at.program;
        this.dense = dense;
        int operators = l.p.operators;
        weight = new double[operators];
        time = new double[operators];
        variance = new double[operators];
        rows = new double[operators][dense.length];
        covariance = new double[operators][dense.length];
    }

    void measure(int i) {
        double[] sums = rows[i];
        Arrays.fill(sums, 0);
        Arrays.fill(covariance[i], 0);
        double total = 0;
        double moment = 0;
        for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
            double w = weight(k);
            int row = 2 * l.modeClass[k];
            total += w;
            moment += w * l.time[k];
            if (at.rows.active[row]) sums[row] += w * l.load[k];
            if (at.rows.active[row + 1]) sums[row + 1] += w * l.memory[k];
        }
        weight[i] = total;
        time[i] = moment;
        variance[i] = 0;
        for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) spread(i, k, weight(k), l.time[k] - moment / total);
        for (int r = 0; r < sums.length; r++) {
            if (sums[r] == 0) continue;
            for (int o = 0; o < sums.length; o++) dense[r][o] -= sums[r] * sums[o] / total;
        }
    }

    private double weight(int k) {
        return at.modes.primal[k] / at.modes.dual[k];
    }

    private void spread(int i, int k, double w, double off) {
        int row = 2 * l.modeClass[k];
        boolean loaded = at.rows.active[row];
        boolean stored = at.rows.active[row + 1];
        double load = l.load[k];
        double memory = l.memory[k];
        variance[i] += w * off * off;
        if (loaded) {
            covariance[i][row] += w * load * off;
            dense[row][row] += w * load * load;
        }
        if (stored) {
            covariance[i][row + 1] += w * memory * off;
            dense[row + 1][row + 1] += w * memory * memory;
        }
        if (loaded && stored) {
            dense[row][row + 1] += w * load * memory;
            dense[row + 1][row] += w * load * memory;
        }
    }
}
