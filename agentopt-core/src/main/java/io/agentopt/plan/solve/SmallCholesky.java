package io.agentopt.plan.solve;

/** Cholesky factors of a small dense symmetric positive definite matrix, in place of its lower half. */
final class SmallCholesky {
    private SmallCholesky() {}

    static void factor(double[][] a) {
        for (int r = 0; r < a.length; r++) {
            for (int c = 0; c <= r; c++) {
                double sum = a[r][c];
                for (int k = 0; k < c; k++) sum -= a[r][k] * a[c][k];
                // A pivot lost to rounding: its unknown stays at zero.
                a[r][c] = c < r ? sum / a[c][c] : sum > 0 ? Math.sqrt(sum) : 1e64;
            }
        }
    }

    /** Replaces a right-hand side by the solution. */
    static void solve(double[][] factor, double[] x) {
        for (int r = 0; r < x.length; r++) {
            for (int k = 0; k < r; k++) x[r] -= factor[r][k] * x[k];
            x[r] /= factor[r][r];
        }
        for (int r = x.length - 1; r >= 0; r--) {
            for (int k = r + 1; k < x.length; k++) x[r] -= factor[k][r] * x[k];
            x[r] /= factor[r][r];
        }
    }
}
