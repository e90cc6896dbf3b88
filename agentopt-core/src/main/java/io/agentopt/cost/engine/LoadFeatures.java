package io.agentopt.cost.engine;

import io.agentopt.cost.TransformerDemand;
import java.util.Arrays;
import java.util.List;

/**
 * Where a row lies among others: logs of batch, prompt, output, tensor parallel degree and weight bytes, and the metric. What never varies
 * over the calibration rows says nothing about distance and is left out.
 */
final class LoadFeatures {
    private static final double METRICS_APART = 3; // farther than a factor of ten in any other feature

    /** Names of the features, in their order; all but the metric are logs. */
    static final List<String> NAMES =
            List.of("metric", "batch", "promptTokens", "outputTokens", "tensorParallel", "weightBytes");

    private final boolean[] varies;
    private final double[] low;
    private final double[] high;

    LoadFeatures(boolean[] varies, double[] low, double[] high) {
        this.varies = varies;
        this.low = low;
        this.high = high;
    }

    /** {@return features of terms that no row was fitted to: every load is as good} */
    static LoadFeatures everywhere() {
        double[] low = new double[NAMES.size()];
        double[] high = new double[NAMES.size()];
        Arrays.fill(low, Double.NEGATIVE_INFINITY);
        Arrays.fill(high, Double.POSITIVE_INFINITY);
        return new LoadFeatures(new boolean[NAMES.size()], low, high);
    }

    /** {@return whether a feature, by its place in the names, tells the rows apart} */
    boolean varies(int feature) {
        return varies[feature];
    }

    /** {@return the least value of a feature over the rows} */
    double low(int feature) {
        return low[feature];
    }

    /** {@return the greatest value of a feature over the rows} */
    double high(int feature) {
        return high[feature];
    }

    static LoadFeatures of(List<EngineMeasurement> rows) {
        double[] low = all(rows.getFirst());
        double[] high = low.clone();
        for (EngineMeasurement row : rows) {
            double[] at = all(row);
            for (int i = 0; i < at.length; i++) {
                low[i] = Math.min(low[i], at[i]);
                high[i] = Math.max(high[i], at[i]);
            }
        }
        boolean[] varies = new boolean[low.length];
        for (int i = 0; i < varies.length; i++) varies[i] = high[i] - low[i] > 1e-9;
        return new LoadFeatures(varies, low, high);
    }

    double[][] points(List<EngineMeasurement> rows) {
        return rows.stream().map(this::point).toArray(double[][]::new);
    }

    double[] point(EngineMeasurement row) {
        double[] at = all(row);
        double[] point = new double[at.length];
        int n = 0;
        for (int i = 0; i < at.length; i++) if (varies[i]) point[n++] = at[i];
        return Arrays.copyOf(point, n);
    }

    /** {@return whether a row lies inside the box of the calibration rows, the model's size aside} */
    boolean covers(EngineMeasurement row) {
        double[] at = all(row);
        for (int i = 0; i < at.length - 1; i++) {
            if (at[i] < low[i] - 1e-9 || at[i] > high[i] + 1e-9) return false;
        }
        return true;
    }

    private static double[] all(EngineMeasurement row) {
        EngineLoad load = row.load();
        return new double[] {
            METRICS_APART * row.metric().index(),
            Math.log(load.batch()),
            Math.log(load.promptTokens()),
            Math.log(load.outputTokens()),
            Math.log(row.deployment().tensorParallel()),
            Math.log(TransformerDemand.weightBytes(row.deployment().model()))
        };
    }
}
