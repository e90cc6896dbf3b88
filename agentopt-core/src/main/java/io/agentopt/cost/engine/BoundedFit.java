package io.agentopt.cost.engine;

import java.util.Arrays;
import java.util.function.Function;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.SingularMatrixException;

/**
 * Levenberg and Marquardt's method on log errors, robust and bounded. Minimises over u = log of the free terms, clamped to their bounds,
 *
 * <pre>
 * sum over rows of huber(log(predicted / measured), 0.1)  +  sum over terms of weight * (u - log start)^2
 * </pre>
 *
 * The second sum holds a term that no row can see at its start. Rows enter with weight min(1, 0.1 / |error|), worked out anew each round.
 */
final class BoundedFit {
    private static final double HUBER = 0.1;
    private static final int ROUNDS = 40;
    private static final double STEP = 1e-5;

    private final Function<double[], double[]> predict;
    private final double[] logMeasured;
    private final double[] low;
    private final double[] high;
    private final double[] lowest;
    private final double[] highest;
    private final double[] start;
    private final double[] weight;

    /**
     * @param predict seconds of every row for a vector of terms
     * @param measured seconds of every row
     * @param low smallest terms, above 0
     * @param high largest terms
     * @param start terms to start from and to stay near
     * @param weight how firmly each stays; infinite holds it
     */
    BoundedFit(
            Function<double[], double[]> predict,
            double[] measured,
            double[] low,
            double[] high,
            double[] start,
            double[] weight) {
        this.predict = predict;
        this.logMeasured = log(measured);
        this.low = log(low);
        this.high = log(high);
        this.lowest = low; // not exp(log(low)), which may lie a rounding error outside
        this.highest = high;
        this.start = log(start);
        this.weight = weight;
    }

    /** {@return the terms of the best fit found} */
    double[] run() {
        double[] u = start.clone();
        double loss = loss(u);
        double damping = 1e-2;
        for (int round = 0; round < ROUNDS; round++) {
            Step step = linearise(u);
            double[] next = u;
            double nextLoss = loss;
            for (int attempt = 0; attempt < 8 && !(nextLoss < loss); attempt++) {
                next = moved(u, step, damping);
                nextLoss = loss(next);
                if (!(nextLoss < loss)) damping *= 4;
            }
            if (!(nextLoss < loss)) break;
            double gain = loss - nextLoss;
            u = next;
            loss = nextLoss;
            damping = Math.max(damping / 5, 1e-8);
            if (gain < 1e-9) break;
        }
        return exp(u);
    }

    /** Gradient and approximate curvature. */
    @SuppressWarnings("ArrayRecordComponent") // made and read once, never compared
    private record Step(double[][] curvature, double[] gradient) {}

    private Step linearise(double[] u) {
        double[] errors = errors(u);
        int n = u.length;
        double[][] slopes = new double[n][];
        for (int i = 0; i < n; i++) {
            if (held(i)) continue;
            double[] near = u.clone();
            double h = u[i] + STEP <= high[i] ? STEP : -STEP;
            near[i] += h;
            double[] there = errors(near);
            for (int r = 0; r < errors.length; r++) there[r] = (there[r] - errors[r]) / h;
            slopes[i] = there;
        }
        double[][] curvature = new double[n][n];
        double[] gradient = new double[n];
        for (int i = 0; i < n; i++) {
            if (held(i)) continue;
            for (int r = 0; r < errors.length; r++) gradient[i] += robust(errors[r]) * slopes[i][r] * errors[r];
            gradient[i] += 2 * weight[i] * (u[i] - start[i]);
            for (int j = 0; j <= i; j++) {
                if (held(j)) continue;
                double sum = i == j ? 2 * weight[i] : 0;
                for (int r = 0; r < errors.length; r++) sum += robust(errors[r]) * slopes[i][r] * slopes[j][r];
                curvature[i][j] = sum;
                curvature[j][i] = sum;
            }
        }
        return new Step(curvature, gradient);
    }

    private double[] moved(double[] u, Step step, double damping) {
        int[] free = java.util.stream.IntStream.range(0, u.length)
                .filter(i -> !held(i) && !pushedOut(u, step.gradient, i))
                .toArray();
        if (free.length == 0) return u;
        double[][] a = new double[free.length][free.length];
        double[] b = new double[free.length];
        for (int i = 0; i < free.length; i++) {
            for (int j = 0; j < free.length; j++) a[i][j] = step.curvature[free[i]][free[j]];
            a[i][i] += damping * (a[i][i] + 1e-9) + 1e-12;
            b[i] = -step.gradient[free[i]];
        }
        double[] next = u.clone();
        try {
            DecompositionSolver solver = new LUDecomposition(new Array2DRowRealMatrix(a, false)).getSolver();
            double[] d = solver.solve(new ArrayRealVector(b, false)).toArray();
            for (int i = 0; i < free.length; i++) {
                next[free[i]] = Math.clamp(u[free[i]] + d[i], low[free[i]], high[free[i]]);
            }
        } catch (SingularMatrixException e) {
            return u; // a larger damping comes next
        }
        return next;
    }

    private boolean pushedOut(double[] u, double[] gradient, int i) {
        return (u[i] <= low[i] && gradient[i] > 0) || (u[i] >= high[i] && gradient[i] < 0);
    }

    private boolean held(int i) {
        return Double.isInfinite(weight[i]);
    }

    private double loss(double[] u) {
        double sum = 0;
        for (double error : errors(u)) {
            double r = Math.abs(error);
            sum += r <= HUBER ? r * r / 2 : HUBER * (r - HUBER / 2);
        }
        for (int i = 0; i < u.length; i++) if (!held(i)) sum += weight[i] * (u[i] - start[i]) * (u[i] - start[i]);
        return sum;
    }

    private double[] errors(double[] u) {
        double[] errors = log(predict.apply(exp(u)));
        for (int r = 0; r < errors.length; r++) errors[r] -= logMeasured[r];
        return errors;
    }

    private static double robust(double error) {
        return Math.min(1, HUBER / Math.max(Math.abs(error), 1e-12));
    }

    private double[] exp(double[] u) {
        double[] x = new double[u.length];
        for (int i = 0; i < x.length; i++) x[i] = Math.clamp(Math.exp(u[i]), lowest[i], highest[i]);
        return x;
    }

    private static double[] log(double[] values) {
        return Arrays.stream(values).map(Math::log).toArray();
    }
}
