package io.agentopt.cost.engine;

import java.util.Optional;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * What is left of measured over predicted, interpolated between calibration points: the mean of a Gaussian process over log features with
 * the Matern 3/2 kernel {@code (1 + d/l) exp(-d/l)}. It fades to nothing away from the points and never changes a time by more than a factor
 * of e^0.5. Length and noise come from leave-one-out errors; without a gain of 3 % there is no correction.
 */
final class ResidualInterpolation {
    private static final double MOST = 0.5;
    private static final double[] LENGTHS = {0.5, 1, 2, 4, 8};
    private static final double[] NOISES = {0.02, 0.1, 0.3, 1, 3};
    private static final double LEAST_GAIN = 0.97;
    private static final int LEAST_POINTS = 4;
    private static final int MOST_POINTS = 400; // an inverse of this size takes tens of milliseconds

    private final double[][] features;
    private final double[] weights;
    private final double length;
    private final double leaveOneOutError;

    ResidualInterpolation(double[][] features, double[] weights, double length, double leaveOneOutError) {
        this.features = features;
        this.weights = weights;
        this.length = length;
        this.leaveOneOutError = leaveOneOutError;
    }

    /**
     * Fits log residuals.
     *
     * @param features of each point, logs
     * @param residuals log(measured / predicted) of each
     * @return nothing where leaving points out says that it does not help
     */
    static Optional<ResidualInterpolation> fit(double[][] features, double[] residuals) {
        int n = residuals.length;
        if (n < LEAST_POINTS || n > MOST_POINTS) return Optional.empty();
        double plain = 0;
        for (double r : residuals) plain += Math.abs(r) / n;
        ResidualInterpolation best = null;
        for (double length : LENGTHS) {
            for (double noise : NOISES) {
                double[][] kernel = new double[n][n];
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) kernel[i][j] = kernel(features[i], features[j], length);
                    kernel[i][i] += noise;
                }
                RealMatrix inverse = new LUDecomposition(new Array2DRowRealMatrix(kernel, false))
                        .getSolver()
                        .getInverse();
                double[] weights = inverse.operate(residuals);
                double error = 0;
                for (int i = 0; i < n; i++) error += Math.abs(weights[i] / inverse.getEntry(i, i)) / n;
                if (best == null || error < best.leaveOneOutError) {
                    best = new ResidualInterpolation(features, weights, length, error);
                }
            }
        }
        return best != null && best.leaveOneOutError < LEAST_GAIN * plain ? Optional.of(best) : Optional.empty();
    }

    /** {@return the factor on a predicted time, in [e^-0.5, e^0.5]} */
    double factor(double[] at) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) sum += weights[i] * kernel(at, features[i], length);
        return Math.exp(Math.clamp(sum, -MOST, MOST));
    }

    /** {@return a point's features} */
    double[] point(int i) {
        return features[i].clone();
    }

    /** {@return one weight a point} */
    double[] weights() {
        return weights.clone();
    }

    /** {@return how far a point reaches} */
    double length() {
        return length;
    }

    /** {@return mean absolute log error of each point predicted from the others} */
    double leaveOneOutError() {
        return leaveOneOutError;
    }

    private static double kernel(double[] a, double[] b, double length) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) squares += (a[i] - b[i]) * (a[i] - b[i]);
        double d = Math.sqrt(squares) / length;
        return (1 + d) * Math.exp(-d);
    }
}
