package io.agentopt.cost.importer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Rows of a file, and what was left out.
 *
 * @param rows usable ones
 * @param rejected number of the others, by reason
 * @param examples the first of each reason, with its place and value
 */
public record ImportedRows<T>(List<T> rows, Map<String, Integer> rejected, List<String> examples) {
    public ImportedRows {
        rows = List.copyOf(rows);
        rejected = Map.copyOf(rejected);
        examples = List.copyOf(examples);
    }

    /** {@return number of rows left out} */
    public int rejectedRows() {
        return rejected.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** {@return these rows and another file's} */
    public ImportedRows<T> plus(ImportedRows<T> other) {
        List<T> all = new ArrayList<>(rows);
        all.addAll(other.rows);
        Map<String, Integer> reasons = new LinkedHashMap<>(rejected);
        other.rejected.forEach((reason, count) -> reasons.merge(reason, count, Integer::sum));
        List<String> more = new ArrayList<>(examples);
        more.addAll(other.examples);
        return new ImportedRows<>(all, reasons, more);
    }

    /** Offers each row to a reader, which adds what it makes of it or throws {@link RejectedRow}. */
    static <T> ImportedRows<T> from(CsvTable table, RowReader<T> reader) {
        List<T> rows = new ArrayList<>();
        Map<String, Integer> rejected = new LinkedHashMap<>();
        List<String> examples = new ArrayList<>();
        for (CsvTable.Row row : table.rows()) {
            try {
                reader.read(row, rows::add);
            } catch (RejectedRow e) {
                if (rejected.merge(e.reason(), 1, Integer::sum) == 1) examples.add(e.getMessage());
            }
        }
        return new ImportedRows<>(rows, rejected, examples);
    }

    /** Makes rows of a line. */
    interface RowReader<T> {
        void read(CsvTable.Row row, Consumer<T> add);
    }
}
