package io.agentopt.cost.kernel;

/** Solves symmetric positive definite systems; only the lower triangle is read and written. */
final class Cholesky {
    private Cholesky() {}

    /** Replaces the lower triangle of a by that of L with L L' = a. */
    static void decompose(double[][] a) {
        for (int i = 0; i < a.length; i++) {
            double[] row = a[i];
            for (int j = 0; j <= i; j++) {
                double[] other = a[j];
                double sum = row[j];
                for (int k = 0; k < j; k++) sum -= row[k] * other[k];
                row[j] = i == j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / other[j];
            }
        }
    }

    /** {@return x with L L' x = b} */
    static double[] solve(double[][] l, double[] b) {
        double[] x = b.clone();
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < i; k++) x[i] -= l[i][k] * x[k];
            x[i] /= l[i][i];
        }
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) x[i] -= l[k][i] * x[k];
            x[i] /= l[i][i];
        }
        return x;
    }
}
