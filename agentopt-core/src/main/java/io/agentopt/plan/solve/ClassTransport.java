package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * The least cost of sending what leaves an operator's classes to the classes of its successor, and prices that prove it.
 *
 * <pre>
 * least sum cost(h,g) z(h,g)  with  sum_g z(h,g) = supply(h),  sum_h z(h,g) = demand(g)
 *     = most sum price(h) supply(h) + price(g) demand(g)  with  price(h) + price(g) &lt;= cost(h,g) for every pair
 * </pre>
 * The prices hold for every placement, so each call yields a valid inequality in the class shares alone. Successive shortest
 * paths; the tables are a handful of classes wide.
 */
final class ClassTransport {
    private static final double NOTHING = 1e-9;

    private final int classes;
    /** Price of each class of the producer, after {@link #solve}. */
    final double[] fromPrice;

    final double[] toPrice;
    private final double[] supply;
    private final double[] demand;
    private final double[][] sent;
    private final double[] fromDistance;
    private final double[] toDistance;
    private final int[] fromBefore;
    private final int[] toBefore;

    ClassTransport(int classes) {
        this.classes = classes;
        fromPrice = new double[classes];
        toPrice = new double[classes];
        supply = new double[classes];
        demand = new double[classes];
        sent = new double[classes][classes];
        fromDistance = new double[classes];
        toDistance = new double[classes];
        fromBefore = new int[classes];
        toBefore = new int[classes];
    }

    /**
     * {@return the least cost}
     *
     * @param cost by producer class * classes + consumer class
     * @param from shares of the producer's classes, adding up to 1; likewise {@code to}
     * @param hasFrom which classes the producer may run on at all; likewise {@code hasTo}
     */
    double solve(double[] cost, double[] from, double[] to, boolean[] hasFrom, boolean[] hasTo) {
        for (int h = 0; h < classes; h++) {
            supply[h] = from[h] > NOTHING ? from[h] : 0;
            demand[h] = to[h] > NOTHING ? to[h] : 0;
            Arrays.fill(sent[h], 0);
        }
        for (int round = 0; round < 8 * classes && augment(cost, from, to); round++) {}
        for (int h = 0; h < classes; h++) fromDistance[h] = from[h] > NOTHING ? 0 : Double.POSITIVE_INFINITY;
        relax(cost, from, to);
        double value = 0;
        for (int g = 0; g < classes; g++) {
            toPrice[g] = 0;
            if (!hasTo[g]) continue;
            double least = Double.POSITIVE_INFINITY;
            for (int h = 0; h < classes; h++) {
                if (from[h] > NOTHING) least = Math.min(least, cost[h * classes + g] + fromDistance[h]);
            }
            toPrice[g] = least;
            if (to[g] > NOTHING) value += to[g] * least;
        }
        for (int h = 0; h < classes; h++) {
            fromPrice[h] = 0;
            if (!hasFrom[h]) continue;
            double least = Double.POSITIVE_INFINITY;
            for (int g = 0; g < classes; g++) {
                if (hasTo[g]) least = Math.min(least, cost[h * classes + g] - toPrice[g]);
            }
            fromPrice[h] = least;
            if (from[h] > NOTHING) value += from[h] * least;
        }
        return value;
    }

    private boolean augment(double[] cost, double[] from, double[] to) {
        for (int h = 0; h < classes; h++) fromDistance[h] = supply[h] > NOTHING ? 0 : Double.POSITIVE_INFINITY;
        relax(cost, from, to);
        int best = -1;
        for (int g = 0; g < classes; g++) {
            if (demand[g] > NOTHING && (best < 0 || toDistance[g] < toDistance[best])) best = g;
        }
        if (best < 0 || Double.isInfinite(toDistance[best])) return false;
        double amount = demand[best];
        int g = best;
        int length = 0;
        while (true) {
            int h = toBefore[g];
            if (fromBefore[h] < 0 || ++length > 2 * classes) {
                amount = Math.min(amount, supply[h]);
                break;
            }
            g = fromBefore[h];
            amount = Math.min(amount, sent[h][g]);
        }
        if (length > 2 * classes || amount <= 0) return false;
        demand[best] -= amount;
        g = best;
        while (true) {
            int h = toBefore[g];
            sent[h][g] += amount;
            if (fromBefore[h] < 0) {
                supply[h] -= amount;
                return true;
            }
            g = fromBefore[h];
            sent[h][g] -= amount;
        }
    }

    /** Shortest distances in the residual graph from the producers that start at a finite distance. */
    private void relax(double[] cost, double[] from, double[] to) {
        Arrays.fill(toDistance, Double.POSITIVE_INFINITY);
        Arrays.fill(fromBefore, -1);
        Arrays.fill(toBefore, -1);
        boolean changed = true;
        for (int round = 0; changed && round <= 2 * classes; round++) {
            changed = false;
            for (int h = 0; h < classes; h++) {
                if (from[h] <= NOTHING || Double.isInfinite(fromDistance[h])) continue;
                for (int g = 0; g < classes; g++) {
                    if (to[g] <= NOTHING) continue;
                    double distance = fromDistance[h] + cost[h * classes + g];
                    if (distance >= toDistance[g] - 1e-12) continue;
                    toDistance[g] = distance;
                    toBefore[g] = h;
                    changed = true;
                }
            }
            for (int g = 0; g < classes; g++) {
                if (Double.isInfinite(toDistance[g])) continue;
                for (int h = 0; h < classes; h++) {
                    if (sent[h][g] <= NOTHING) continue;
                    double distance = toDistance[g] - cost[h * classes + g];
                    if (distance >= fromDistance[h] - 1e-12) continue;
                    fromDistance[h] = distance;
                    fromBefore[h] = g;
                    changed = true;
                }
            }
        }
    }
}
