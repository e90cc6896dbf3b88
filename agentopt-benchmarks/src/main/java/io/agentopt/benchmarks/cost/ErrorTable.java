package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What a group of metrics found: the errors of each set with each set of terms, collected while the group runs, printed and written to the
 * documentation afterwards.
 *
 * @param title of the group
 * @param rows in the order that they were found in
 * @param metrics of the group
 */
record ErrorTable(String title, List<ErrorSummary> rows, List<Metric> metrics) {
    /** Where a summary goes that is made while a group runs; bound for that time only. */
    private static final ScopedValue<List<ErrorSummary>> OPEN = ScopedValue.newInstance();

    ErrorTable {
        rows = List.copyOf(rows);
        metrics = List.copyOf(metrics);
    }

    /** Runs a group and collects every {@link ErrorSummary#print} of it. */
    static ErrorTable of(String title, Supplier<List<Metric>> group) {
        List<ErrorSummary> rows = new ArrayList<>();
        List<Metric> metrics = ScopedValue.where(OPEN, rows).call(group::get);
        return new ErrorTable(title, rows, metrics);
    }

    /** {@return whether a table took the row; if not, nobody collects} */
    static boolean take(ErrorSummary row) {
        if (!OPEN.isBound()) return false;
        OPEN.get().add(row);
        return true;
    }

    /** Prints the rows. */
    void print() {
        if (rows.isEmpty()) return;
        System.out.printf(
                "%-46s %-30s %7s %7s %7s %7s %9s%n", "set", "terms", "MAPE", "median", "p90", "n", "rejected");
        rows.forEach(row -> System.out.print(row.line()));
    }

    /** {@return the rows as a table in Markdown; the row that a metric is made of carries its goal} */
    String markdown() {
        StringBuilder text = new StringBuilder("### ").append(title).append("\n\n");
        text.append("| set | terms | MAPE | median | p90 | n | rejected | goal |\n|---|---|---|---|---|---|---|---|\n");
        for (ErrorSummary row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.2f | %.2f | %.2f | %,d | %,d | %s |%n",
                    row.set(),
                    row.terms(),
                    row.mape(),
                    row.median(),
                    row.p90(),
                    row.rows(),
                    row.rejected(),
                    goal(row)));
        }
        return text.toString();
    }

    private String goal(ErrorSummary row) {
        return metrics.stream()
                .filter(m -> m.name().equals(row.set())
                        && m.value() == row.mape()
                        && m.goal().isPresent())
                .map(m -> m.goal().get() + (m.value() <= limit(m) ? "" : ", missed"))
                .findFirst()
                .orElse("");
    }

    private static double limit(Metric metric) {
        return Double.parseDouble(metric.goal().orElseThrow().replace("<=", "").strip());
    }
}
