package io.agentopt.plan.solve;

import java.util.Arrays;
import java.util.TreeSet;

/** Sums of device prices that can be paid: a fleet that must grow by some dollars grows by the next of these. */
final class PriceSums {
    private static final int MOST = 3000;
    private static final double NOTHING = 1e-9;

    private final double[] sums; // ascending from 0

    PriceSums(CompiledProblem p) {
        TreeSet<Double> open = new TreeSet<>();
        open.add(0.0);
        double[] found = new double[MOST];
        int count = 0;
        while (!open.isEmpty() && count < MOST) {
            double sum = open.pollFirst();
            if (count > 0 && sum <= found[count - 1] + NOTHING) continue;
            found[count++] = sum;
            for (double price : p.price) if (price > 0) open.add(sum + price);
        }
        sums = Arrays.copyOf(found, count);
    }

    /** {@return a lower bound on the sums that are at least {@code dollars}: the least of them as far as they were listed} */
    double atLeast(double dollars) {
        if (dollars <= NOTHING) return 0;
        if (dollars > sums[sums.length - 1]) return dollars;
        int k = Arrays.binarySearch(sums, dollars - NOTHING);
        return sums[k >= 0 ? k : -k - 1];
    }
}
