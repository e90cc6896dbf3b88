package io.agentopt.cost.importer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads comma-separated files row by row, packed ({@code .gz}) or not; columns go by name, fields may be quoted. */
public final class CsvFile {
    private CsvFile() {}

    /**
     * Calls with each row of a file whose first line names the columns.
     *
     * @param required columns that the header must have
     * @throws IllegalArgumentException if a column is missing or there twice, there is no row, or a row has more or fewer fields than the
     *     header or is no line of text
     * @throws UncheckedIOException if the file cannot be read, is cut off, or is not packed though its name says so
     */
    public static void read(Path file, List<String> required, Consumer<CsvRow> rows) {
        read(file, lines -> {
            String header = lines.next();
            if (header == null || header.isBlank())
                throw new IllegalArgumentException(
                        "'" + file + "' is empty. It needs a header line with " + required + ".");
            Map<String, Integer> columns = columns(file, fields(header));
            for (String column : required) {
                if (!columns.containsKey(column)) {
                    throw new IllegalArgumentException("'" + file + "' has no column '" + column + "'. It has "
                            + TextLines.shortened(String.valueOf(columns.keySet())) + ".");
                }
            }
            if (rows(lines, columns, rows, "the header") == 0)
                throw new IllegalArgumentException("'" + file + "' has a header but no row.");
        });
    }

    /**
     * Calls with each row of a file without a header.
     *
     * @param names of the columns
     * @throws IllegalArgumentException if there is no row, or a row has more or fewer fields than names
     * @throws UncheckedIOException if the file cannot be read
     */
    static void readWithoutHeader(Path file, List<String> names, Consumer<CsvRow> rows) {
        read(file, lines -> {
            String format = "its format (" + String.join(", ", names) + ")";
            if (rows(lines, columns(file, names), rows, format) == 0) {
                throw new IllegalArgumentException(
                        "'" + file + "' is empty. It needs rows of " + String.join(", ", names) + ".");
            }
        });
    }

    private interface Reader {
        void read(TextLines lines) throws IOException;
    }

    private static void read(Path file, Reader reader) {
        try (TextLines lines = TextLines.open(file)) {
            reader.read(lines);
        } catch (IOException e) {
            throw new UncheckedIOException("The measurements '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static int rows(TextLines lines, Map<String, Integer> columns, Consumer<CsvRow> rows, String owner)
            throws IOException {
        int count = 0;
        for (String text = lines.next(); text != null; text = lines.next()) {
            if (text.isBlank()) continue;
            int line = lines.line();
            List<String> fields = fields(whole(lines, text));
            if (fields.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "Line " + line + " of '" + lines.file() + "' has " + fields.size() + " fields, but " + owner
                                + " has " + columns.size() + ". Is the line cut off, or a comma not quoted?");
            }
            rows.accept(new CsvRow(lines.file(), line, columns, fields));
            count++;
        }
        return count;
    }

    /** A quoted field may go on over the line's end. */
    private static String whole(TextLines lines, String first) throws IOException {
        if (!odd(first)) return first;
        int line = lines.line();
        StringBuilder text = new StringBuilder(first);
        for (boolean open = true; open; ) {
            @Nullable String more = text.length() > TextLines.LONGEST ? null : lines.next();
            if (more == null) {
                throw new IllegalArgumentException("Line " + line + " of '" + lines.file()
                        + "' has a quote that nothing closes: " + TextLines.shortened(first) + ".");
            }
            text.append('\n').append(more);
            open = !odd(more);
        }
        return text.toString();
    }

    private static Map<String, Integer> columns(Path file, List<String> names) {
        Map<String, Integer> columns = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).strip();
            if (columns.put(name, i) != null) {
                throw new IllegalArgumentException("'" + file + "' has two columns '" + TextLines.shortened(name)
                        + "', so which one is meant cannot be told. Drop or rename one.");
            }
        }
        return columns;
    }

    private static boolean odd(String text) {
        boolean odd = false;
        for (int i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) odd = !odd;
        return odd;
    }

    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
