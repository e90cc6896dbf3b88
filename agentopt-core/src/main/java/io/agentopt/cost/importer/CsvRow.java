package io.agentopt.cost.importer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A row of a {@link CsvFile}. A cell that does not hold what is asked for rejects its row, naming file, line, column and value. */
public final class CsvRow {
    private static final double MOST = 1L << 52; // whole numbers beyond have neighbours that a double cannot tell apart

    private final Path file;
    private final int line;
    private final Map<String, Integer> columns;
    private final List<String> fields;

    CsvRow(Path file, int line, Map<String, Integer> columns, List<String> fields) {
        this.file = file;
        this.line = line;
        this.columns = columns;
        this.fields = fields;
    }

    /** {@return whether the file has a column} */
    public boolean has(String column) {
        return columns.containsKey(column);
    }

    /** {@return the text of a cell without blanks around it; it may be empty} */
    public String text(String column) {
        Integer index = columns.get(column);
        if (index == null) throw new IllegalArgumentException("'" + file + "' has no column '" + column + "'.");
        return fields.get(index).strip();
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
     * {@return the time of a cell, s, above zero}
     *
     * @param unit of the file's times, s
     * @throws RejectedRow if it is empty, no number, or not above zero
     */
    public double seconds(String column, double unit) {
        return time(column, positive(column) * unit);
    }

    /**
     * {@return the time of a cell in milliseconds, s, above zero}
     *
     * @throws RejectedRow if it is empty, no number, or not above zero
     */
    public double milliseconds(String column) {
        return time(column, positive(column) / 1e3);
    }

    private double time(String column, double seconds) {
        if (!(seconds > 0)) throw new RejectedRow(column + " is not above 0", place(column));
        return seconds;
    }

    /**
     * {@return the whole number of a cell, of any sign}
     *
     * @throws RejectedRow if it is no whole number
     */
    public long whole(String column) {
        double value = number(column);
        if (value != Math.rint(value) || Math.abs(value) > MOST) {
            throw new RejectedRow(column + " is no whole number", place(column));
        }
        return (long) value;
    }

    /**
     * {@return the whole number of a cell, above zero}
     *
     * @throws RejectedRow if it is no whole number above zero
     */
    public long size(String column) {
        positive(column);
        return whole(column);
    }

    /**
     * {@return the same, where an {@code int} is asked for}
     *
     * @throws RejectedRow if it is no whole number above zero, or beyond an {@code int}
     */
    public int count(String column) {
        long value = size(column);
        if (value > Integer.MAX_VALUE) throw new RejectedRow(column + " is beyond any size", place(column));
        return (int) value;
    }

    /** {@return where a cell is and what it holds, for a message} */
    public String place(String column) {
        return "line " + line + " of '" + file + "', " + column + " \"" + TextLines.shortened(text(column)) + "\"";
    }
}
