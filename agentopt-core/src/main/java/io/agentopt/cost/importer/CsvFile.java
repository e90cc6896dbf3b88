package io.agentopt.cost.importer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** Reads comma-separated files with a header line row by row, packed ({@code .gz}) or not; columns go by name, fields may be quoted. */
public final class CsvFile {
    private CsvFile() {}

    /**
     * Calls with each row.
     *
     * @param required columns that the header must have
     * @throws IllegalArgumentException if a column is missing, there is no row, or a row has more or fewer fields than the header
     * @throws UncheckedIOException if the file cannot be read
     */
    public static void read(Path file, List<String> required, Consumer<CsvRow> rows) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String header = reader.readLine();
            if (header == null || header.isBlank())
                throw new IllegalArgumentException(
                        "'" + file + "' is empty. It needs a header line with " + required + ".");
            Map<String, Integer> columns = columns(fields(header.startsWith("\uFEFF") ? header.substring(1) : header));
            for (String column : required) {
                if (!columns.containsKey(column)) {
                    throw new IllegalArgumentException(
                            "'" + file + "' has no column '" + column + "'. It has " + columns.keySet() + ".");
                }
            }
            int line = 1;
            int count = 0;
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                line++;
                if (text.isBlank()) continue;
                while (odd(text)) { // a quoted field goes on over the line's end
                    String more = reader.readLine();
                    if (more == null)
                        throw new IllegalArgumentException(
                                "Line " + line + " of '" + file + "' has a quote that nothing closes.");
                    text += "\n" + more;
                }
                List<String> fields = fields(text);
                if (fields.size() != columns.size()) {
                    throw new IllegalArgumentException("Line " + line + " of '" + file + "' has " + fields.size()
                            + " fields, but the header has " + columns.size() + ".");
                }
                rows.accept(new CsvRow(file, line, columns, fields));
                count++;
            }
            if (count == 0) throw new IllegalArgumentException("'" + file + "' has a header but no row.");
        } catch (IOException e) {
            throw new UncheckedIOException("The measurements '" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, Integer> columns(List<String> names) {
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < names.size(); i++) columns.put(names.get(i).strip(), i);
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
