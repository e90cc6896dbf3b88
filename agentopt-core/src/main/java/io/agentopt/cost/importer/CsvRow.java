package io.agentopt.cost.importer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A row of a {@link CsvFile}; what it says about a field that is wrong names file, line, column and value. */
public final class CsvRow {
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

    /** {@return a field as it stands, without blanks around it} */
    public String text(String column) {
        Integer index = columns.get(column);
        if (index == null) throw new IllegalArgumentException("'" + file + "' has no column '" + column + "'.");
        return fields.get(index).strip();
    }

    /** {@return a number; NaN and the infinities where the file says so or has nothing} */
    public double number(String column) {
        String text = text(column);
        if (text.isEmpty()) return Double.NaN;
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw wrong(column, "is not a number", e);
        }
    }

    /** {@return a whole number} */
    public long whole(String column) {
        double value = number(column);
        if (value != Math.rint(value) || Math.abs(value) > 1L << 52) throw wrong(column, "is not a whole number", null);
        return (long) value;
    }

    /** {@return where a field is and what it holds, for a message} */
    String place(String column) {
        return "line " + line + " of '" + file + "', " + column + " \"" + text(column) + "\"";
    }

    /** {@return an error about a field} */
    public IllegalArgumentException wrong(
            String column, String what, @org.jspecify.annotations.Nullable Throwable cause) {
        return new IllegalArgumentException(
                "Line " + line + " of '" + file + "', column '" + column + "': '" + text(column) + "' " + what + ".",
                cause);
    }
}
