package io.agentopt.cost.importer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a comma-separated file, with a header ({@link CsvFile}) or with column names given by its format. A cell that does not hold
 * what is asked for rejects its row.
 */
public final class CsvTable {
    private final List<Row> rows;

    private CsvTable(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /**
     * Reads a file whose first line names the columns.
     *
     * @throws IllegalArgumentException if it has no row, lacks a needed column, or a line has another number of cells
     * @throws UncheckedIOException if it cannot be read
     */
    public static CsvTable read(Path file, String... needed) {
        List<Row> rows = new ArrayList<>();
        CsvFile.read(file, List.of(needed), row -> rows.add(new Row(row)));
        return new CsvTable(rows);
    }

    /**
     * Reads a file without a header.
     *
     * @throws IllegalArgumentException if it has no row, or a line has another number of cells
     * @throws UncheckedIOException if it cannot be read
     */
    public static CsvTable withoutHeader(Path file, String... names) {
        Map<String, Integer> columns = new HashMap<>();
        for (String name : names) columns.put(name, columns.size());
        List<Row> rows = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) continue;
            List<String> cells = List.of(lines.get(i).split(",", -1));
            if (cells.size() != names.length) {
                throw new IllegalArgumentException("Line " + (i + 1) + " of '" + file + "' has " + cells.size()
                        + " fields, but its format has " + names.length + ": " + String.join(", ", names) + ".");
            }
            rows.add(new Row(new CsvRow(file, i + 1, columns, cells)));
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + file + "' is empty. It needs rows of " + String.join(", ", names) + ".");
        }
        return new CsvTable(rows);
    }

    /** {@return the rows, in file order; blank lines are skipped} */
    public List<Row> rows() {
        return rows;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("The measurements '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    /** One line. */
    public static final class Row {
        private final CsvRow row;

        private Row(CsvRow row) {
            this.row = row;
        }

        /** {@return the text of a cell, which may be empty} */
        public String text(String column) {
            return row.text(column);
        }

        /**
         * {@return the number of a cell}
         *
         * @throws RejectedRow if it is empty, no number, or not finite
         */
        public double number(String column) {
            String text = text(column);
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value)) return value;
            } catch (NumberFormatException e) {
                throw new RejectedRow(column + " is no number", place(column), e);
            }
            throw new RejectedRow(column + " is not finite", place(column));
        }

        /**
         * {@return the number of a cell, above zero}
         *
         * @throws RejectedRow if it is empty, no number, or not above zero
         */
        public double positive(String column) {
            double value = number(column);
            if (value <= 0) throw new RejectedRow(column + " is not above 0", place(column));
            return value;
        }

        /**
         * {@return the whole number of a cell, above zero}
         *
         * @throws RejectedRow if it is no whole number above zero
         */
        public int count(String column) {
            double value = positive(column);
            if (value != Math.rint(value) || value > Integer.MAX_VALUE) {
                throw new RejectedRow(column + " is no whole number", place(column));
            }
            return (int) value;
        }

        /** {@return where a cell is and what it holds, for a message} */
        public String place(String column) {
            return row.place(column);
        }
    }
}
