package io.agentopt.cost.importer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** A comma-separated file with a header, or with column names given by its format; gzip where its name ends in {@code .gz}. */
public final class CsvTable {
    private final Path file;
    private final Map<String, Integer> columns;
    private final List<Row> rows;

    private CsvTable(Path file, Map<String, Integer> columns) {
        this.file = file;
        this.columns = columns;
        this.rows = new ArrayList<>();
    }

    /**
     * Reads a file whose first line names the columns.
     *
     * @throws IllegalArgumentException if it is empty, lacks a needed column, or a line has another number of cells
     * @throws UncheckedIOException if it cannot be read
     */
    public static CsvTable read(Path file, String... needed) {
        List<List<String>> lines = lines(file);
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("The file '" + file + "' is empty. It needs a header with the columns "
                    + String.join(", ", needed) + ".");
        }
        CsvTable table = new CsvTable(file, index(file, lines.getFirst()));
        for (String column : needed) {
            if (!table.columns.containsKey(column)) {
                throw new IllegalArgumentException("The file '" + file + "' has no column '" + column
                        + "'. It has: " + String.join(", ", table.columns.keySet())
                        + ". Is it another format, or another version of it?");
            }
        }
        table.fill(lines, 1);
        return table;
    }

    /**
     * Reads a file without a header.
     *
     * @throws IllegalArgumentException if it is empty or a line has another number of cells
     * @throws UncheckedIOException if it cannot be read
     */
    public static CsvTable withoutHeader(Path file, String... names) {
        List<List<String>> lines = lines(file);
        if (lines.isEmpty()) throw new IllegalArgumentException("The file '" + file + "' is empty.");
        CsvTable table = new CsvTable(file, index(file, List.of(names)));
        table.fill(lines, 0);
        return table;
    }

    /** {@return the rows, in file order; blank lines are skipped} */
    public List<Row> rows() {
        return List.copyOf(rows);
    }

    private void fill(List<List<String>> lines, int from) {
        for (int i = from; i < lines.size(); i++) {
            List<String> cells = lines.get(i);
            if (cells.size() == 1 && cells.getFirst().isEmpty()) continue;
            if (cells.size() != columns.size()) {
                throw new IllegalArgumentException("Line " + (i + 1) + " of '" + file + "' has " + cells.size()
                        + " cells where there are " + columns.size() + " columns. Is the file cut off?");
            }
            rows.add(new Row(this, i + 1, cells));
        }
    }

    private static Map<String, Integer> index(Path file, List<String> names) {
        Map<String, Integer> columns = new LinkedHashMap<>();
        for (String name : names) {
            if (columns.put(name, columns.size()) != null) {
                throw new IllegalArgumentException("The file '" + file + "' names the column '" + name + "' twice.");
            }
        }
        return columns;
    }

    private static List<List<String>> lines(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.isBlank()
                    ? List.of()
                    : text.lines().map(CsvTable::cells).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The file '" + file + "' cannot be read (" + e + ").", e);
        }
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }

    /** One line. */
    public static final class Row {
        private final CsvTable table;
        private final int line;
        private final List<String> cells;

        private Row(CsvTable table, int line, List<String> cells) {
            this.table = table;
            this.line = line;
            this.cells = cells;
        }

        /** {@return the text of a cell, which may be empty} */
        public String text(String column) {
            Integer index = table.columns.get(column);
            if (index == null) {
                throw new IllegalArgumentException("The file '" + table.file + "' has no column '" + column + "'.");
            }
            return cells.get(index);
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
            return "line " + line + " of '" + table.file + "', " + column + " \"" + text(column) + "\"";
        }
    }
}
