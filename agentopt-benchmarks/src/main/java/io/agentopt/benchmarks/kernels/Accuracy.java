package io.agentopt.benchmarks.kernels;

import io.agentopt.kernel.Buffer;

/** How far results are from what they should be. */
final class Accuracy {
    private Accuracy() {}

    /** {@return the largest difference, relative to the expected value where that is above the floor, and to the floor elsewhere} */
    static double error(Buffer expected, float[] actual, double floor) {
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            double e = expected.getFloat(i);
            if (e == actual[i]) continue;
            double error = Math.abs(e - actual[i]) / Math.max(Math.abs(e), floor);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        return worst;
    }
}
