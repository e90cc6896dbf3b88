package io.agentopt.plan.solve;

import java.util.Arrays;

/** The columns of a linear program, by their nonzero entries; rows may be added and taken out. */
final class SparseColumns {
    final int[][] row; // by column
    final double[][] value;
    final int[] length;

    SparseColumns(int columns) {
        row = new int[columns][4];
        value = new double[columns][4];
        length = new int[columns];
    }

    void append(int column, int toRow, double entry) {
        int at = length[column]++;
        if (at == value[column].length) {
            value[column] = Arrays.copyOf(value[column], 2 * at);
            row[column] = Arrays.copyOf(row[column], 2 * at);
        }
        row[column][at] = toRow;
        value[column][at] = entry;
    }

    /** {@return the product of a column with a vector over the rows} */
    double times(int column, double[] vector) {
        int[] at = row[column];
        double[] entries = value[column];
        double sum = 0;
        for (int k = 0; k < length[column]; k++) sum += vector[at[k]] * entries[k];
        return sum;
    }

    /** Adds a multiple of a column to a vector over the rows. */
    void addTo(double[] vector, int column, double factor) {
        for (int k = 0; k < length[column]; k++) vector[row[column][k]] += factor * value[column][k];
    }

    /** Gives rows other numbers; a row whose new number is negative is dropped. */
    void rename(int[] renamed) {
        for (int j = 0; j < length.length; j++) {
            int kept = 0;
            for (int k = 0; k < length[j]; k++) {
                if (renamed[row[j][k]] < 0) continue;
                row[j][kept] = renamed[row[j][k]];
                value[j][kept++] = value[j][k];
            }
            length[j] = kept;
        }
    }
}
