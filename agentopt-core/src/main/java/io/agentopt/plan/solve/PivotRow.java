package io.agentopt.plan.solve;

/** A row of the inverse that many rows are combined with: goes over its nonzero places only when they are few. */
final class PivotRow {
    private double[] row = {};
    private int[] places = {};
    private int count;
    private int length;
    private boolean sparse;

    /** Takes a copy of the first {@code length} places of a row. */
    void copy(double[] from, int newLength) {
        length = newLength;
        if (row.length < length) {
            row = new double[2 * length];
            places = new int[2 * length];
        }
        System.arraycopy(from, 0, row, 0, length);
        count = 0;
        for (int k = 0; k < length; k++) if (row[k] != 0) places[count++] = k;
        sparse = 3 * count < length;
    }

    double dot(double[] other) {
        if (!sparse) return dot(row, other, length);
        double sum = 0;
        for (int k = 0; k < count; k++) sum += row[places[k]] * other[places[k]];
        return sum;
    }

    /** Takes a multiple of this row off another. */
    void takeFrom(double[] other, double factor) {
        if (sparse) for (int k = 0; k < count; k++) other[places[k]] -= factor * row[places[k]];
        else subtract(other, row, factor, length);
    }

    static double dot(double[] a, double[] b, int length) {
        double sum = 0;
        for (int k = 0; k < length; k++) sum += a[k] * b[k];
        return sum;
    }

    static void subtract(double[] a, double[] b, double factor, int length) {
        for (int k = 0; k < length; k++) a[k] -= factor * b[k];
    }
}
