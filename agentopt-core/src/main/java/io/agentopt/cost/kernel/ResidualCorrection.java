package io.agentopt.cost.kernel;

import java.util.Arrays;
import java.util.List;

/**
 * What a form misses near the kernels that were measured: kernel ridge regression of log(measured / predicted) with K(a, b) = 1 / (1 + d^2),
 * d the distance of {@link KernelForm#feature features} over length scales. It is 0 far from every point, and never beyond the largest and
 * smallest residual seen, so it cannot run away.
 */
final class ResidualCorrection {
    private static final int WIDTH = KernelForm.MOST_FEATURES;

    /**
     * How far a point reaches, and how much it is believed.
     *
     * @param size length scale of the features that vary with batch and sequence, in doublings
     * @param layout length scale of the others
     * @param phase whether the features count that say where in its last tile and wave a kernel ends
     * @param ridge added to the diagonal: noise over signal
     */
    record Reach(double size, double layout, boolean phase, double ridge) {}

    private final double[] points; // WIDTH coordinates each, over their length scales
    private final double[] weights;
    private final double[] inverseScales;
    private final double low;
    private final double high;

    private ResidualCorrection(double[] points, double[] weights, double[] inverseScales, double low, double high) {
        this.points = points;
        this.weights = weights;
        this.inverseScales = inverseScales;
        this.low = low;
        this.high = high;
    }

    /** {@return a correction that nearly meets these residuals} */
    static <S extends KernelShape> ResidualCorrection fit(
            KernelForm<S> form, List<KernelMeasurement<S>> measured, double[] residuals, Reach reach) {
        int n = residuals.length;
        double[] inverseScales = new double[WIDTH];
        for (int j = 0; j < form.features(); j++) {
            boolean phase = j >= form.features() - form.phaseFeatures();
            double scale = j < form.sizeFeatures() ? reach.size() : reach.layout();
            inverseScales[j] = phase && !reach.phase() ? 0 : 1 / scale;
        }
        double[] points = new double[(n + n % 2) * WIDTH];
        double low = 0, high = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < form.features(); j++) {
                points[i * WIDTH + j] = form.feature(measured.get(i).shape(), j) * inverseScales[j];
            }
            low = Math.min(low, residuals[i]);
            high = Math.max(high, residuals[i]);
        }
        double[][] k = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double d = 0;
                for (int c = 0; c < WIDTH; c++) {
                    double e = points[i * WIDTH + c] - points[j * WIDTH + c];
                    d += e * e;
                }
                k[i][j] = 1 / (1 + d);
            }
            k[i][i] = 1 + reach.ridge();
        }
        Cholesky.decompose(k);
        double[] weights =
                Arrays.copyOf(Cholesky.solve(k, residuals), n + n % 2); // an odd one out gets a partner of weight 0
        return new ResidualCorrection(points, weights, inverseScales, low, high);
    }

    /** {@return log of the factor that corrects a form's time} */
    <S extends KernelShape> double at(KernelForm<S> form, S shape) {
        int n = form.features();
        double a = form.feature(shape, 0) * inverseScales[0];
        double b = n > 1 ? form.feature(shape, 1) * inverseScales[1] : 0;
        double c = n > 2 ? form.feature(shape, 2) * inverseScales[2] : 0;
        double d = n > 3 ? form.feature(shape, 3) * inverseScales[3] : 0;
        double e = n > 4 ? form.feature(shape, 4) * inverseScales[4] : 0;
        double f = n > 5 ? form.feature(shape, 5) * inverseScales[5] : 0;
        double sum = 0;
        for (int i = 0, p = 0;
                i < weights.length;
                i += 2, p += 2 * WIDTH) { // two points share a division, the slow part
            double one = 1 + squaredDistance(p, a, b, c, d, e, f),
                    two = 1 + squaredDistance(p + WIDTH, a, b, c, d, e, f);
            sum += (weights[i] * two + weights[i + 1] * one) / (one * two);
        }
        return Math.clamp(sum, low, high);
    }

    private double squaredDistance(int p, double a, double b, double c, double d, double e, double f) {
        double u = a - points[p], v = b - points[p + 1], w = c - points[p + 2];
        double x = d - points[p + 3], y = e - points[p + 4], z = f - points[p + 5];
        return (u * u + v * v + w * w) + (x * x + y * y + z * z);
    }

    /** {@return all that it is, as lists: a point a row, with the features that a form has} */
    KernelSnapshot.Correction snapshot(int features) {
        List<List<Double>> rows = new java.util.ArrayList<>();
        for (int i = 0; i < weights.length; i++) rows.add(boxed(points, i * WIDTH, features));
        return new KernelSnapshot.Correction(
                boxed(inverseScales, 0, features), rows, boxed(weights, 0, weights.length), low, high);
    }

    /** {@return the correction that a snapshot was taken of} */
    static ResidualCorrection of(KernelSnapshot.Correction s) {
        int n = s.weights().size() + s.weights().size() % 2;
        double[] points = new double[n * WIDTH], weights = new double[n], scales = new double[WIDTH];
        for (int i = 0; i < s.weights().size(); i++) {
            weights[i] = s.weights().get(i);
            for (int j = 0; j < s.inverseScales().size(); j++)
                points[i * WIDTH + j] = s.points().get(i).get(j);
        }
        for (int j = 0; j < s.inverseScales().size(); j++)
            scales[j] = s.inverseScales().get(j);
        return new ResidualCorrection(points, weights, scales, s.low(), s.high());
    }

    private static List<Double> boxed(double[] values, int from, int count) {
        return Arrays.stream(values, from, from + count).boxed().toList();
    }
}
