package io.agentopt.cost.importer;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Times of one operator, of which a random hundred is kept (reservoir sampling), so that a long profile takes no more room than a short one. */
final class OperatorRuns {
    private static final int KEPT = 101;

    private final String node;
    private final OnnxRuntimeKernel work;
    private final SplittableRandom random = new SplittableRandom(1);
    private double[] seconds = new double[4];
    private int count;

    OperatorRuns(String node, OnnxRuntimeKernel work) {
        this.node = node;
        this.work = work;
    }

    String node() {
        return node;
    }

    OnnxRuntimeKernel work() {
        return work;
    }

    int count() {
        return count;
    }

    void add(double time) {
        int at = count < KEPT ? count : random.nextInt(count + 1);
        if (count < Integer.MAX_VALUE - 1) count++;
        if (at >= KEPT) return;
        if (at == seconds.length) seconds = Arrays.copyOf(seconds, Math.min(KEPT, 2 * at));
        seconds[at] = time;
    }

    /** {@return the median of the kept times, of two middle ones the smaller} */
    double median() {
        double[] sorted = Arrays.copyOf(seconds, Math.min(count, KEPT));
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }
}
