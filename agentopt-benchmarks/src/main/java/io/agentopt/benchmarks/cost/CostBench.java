package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.BenchReport;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** {@code ./build bench cost [--calibrate DIR] [--test DIR] [--docs]}: errors of the cost model on rows that no fit has seen. */
public final class CostBench {
    private static final String DOCS = "--docs";

    /** Everything that is measured, in the order of the report. */
    static final List<CostMetricGroup> GROUPS = List.of(
            new GemmMetrics(),
            new AttentionMetrics(),
            new CollectiveMetrics(),
            new ElementwiseMetrics(),
            new ServingSimMetrics(),
            new SplitwiseMetrics(),
            new EndToEndMetrics(),
            new RequestLatencyMetrics(),
            new LayerTimeMetrics(),
            new ServedLogMetrics(),
            new EstimateSpeed());

    private CostBench() {}

    /** Runs every group of metrics; with {@code --docs} it also rewrites docs/cost-errors.md. */
    public static BenchReport run(List<String> options) {
        return run(options, GROUPS);
    }

    static BenchReport run(List<String> options, List<CostMetricGroup> groups) {
        boolean docs = options.contains(DOCS);
        DataFolders folders =
                DataFolders.of(options.stream().filter(o -> !o.equals(DOCS)).toList());
        System.out.println("calibrated on " + folders.calibrate() + ", tested on " + folders.test());
        List<ErrorTable> tables = new ArrayList<>();
        for (CostMetricGroup group : groups) {
            System.out.printf("%n%s%n", group.name());
            ErrorTable table = ErrorTable.of(group.name(), () -> group.run(folders));
            table.print();
            if (table.metrics().isEmpty()) System.out.println("  no files of this layout");
            tables.add(table);
        }
        if (docs) ErrorPage.rewrite(ErrorPage.FILE, tables, folders, LocalDate.now(ZoneOffset.UTC));
        return new BenchReport(
                "cost", tables.stream().flatMap(t -> t.metrics().stream()).toList());
    }
}
