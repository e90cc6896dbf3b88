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

    /** {@return no row of no file: where {@link #plus} begins} */
    public static <T> ImportedRows<T> none() {
        return new ImportedRows<>(List.of(), Map.of(), List.of());
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
        Collector<T> rows = new Collector<>();
        for (CsvRow row : table.rows()) rows.take(() -> reader.read(row, rows::add));
        return rows.imported();
    }

    /** Makes rows of a line. */
    interface RowReader<T> {
        void read(CsvRow row, Consumer<T> add);
    }

    /** Collects rows of a file that is read line by line. */
    static final class Collector<T> {
        private final List<T> rows = new ArrayList<>();
        private final Map<String, Integer> rejected = new LinkedHashMap<>();
        private final List<String> examples = new ArrayList<>();

        /** Runs what reads a row, or a part of it; counts a {@link RejectedRow}. */
        void take(Runnable reader) {
            try {
                reader.run();
            } catch (RejectedRow e) {
                if (rejected.merge(e.reason(), 1, Integer::sum) == 1) examples.add(e.getMessage());
            }
        }

        void add(T row) {
            rows.add(row);
        }

        ImportedRows<T> imported() {
            return new ImportedRows<>(rows, rejected, examples);
        }
    }
}
