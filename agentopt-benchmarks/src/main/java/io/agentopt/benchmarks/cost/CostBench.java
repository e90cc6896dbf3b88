package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.BenchReport;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code ./build bench cost [--calibrate DIR] [--test DIR] [--only GROUP] [--docs]}: errors of the cost model on rows that no fit has seen.
 * A group is the beginning of the name that the console shows above its rows, such as {@code gemm}; case does not matter.
 */
public final class CostBench {
    private static final String DOCS = "--docs";
    private static final String ONLY = "--only";

    /** Everything that is measured, in the order of the report. */
    static final List<CostMetricGroup> GROUPS = List.of(
            new GemmMetrics(),
            new AttentionMetrics(),
            new AllReduceMetrics(),
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

    /** Runs every group of metrics, or those that {@code --only} names; with {@code --docs} it also rewrites docs/cost-errors.md. */
    public static BenchReport run(List<String> options) {
        if (options.contains(ONLY) && options.contains(DOCS)) {
            throw new IllegalArgumentException("Options '" + ONLY + "' and '" + DOCS
                    + "' of bench 'cost' exclude each other: the page holds every group. Leave one out.");
        }
        return run(withoutOnly(options), groups(options));
    }

    private static BenchReport run(List<String> options, List<CostMetricGroup> groups) {
        DataFolders folders =
                DataFolders.of(options.stream().filter(o -> !o.equals(DOCS)).toList());
        return run(folders, options.contains(DOCS), groups);
    }

    static BenchReport run(DataFolders folders, boolean docs, List<CostMetricGroup> groups) {
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

    /** {@return the groups whose name begins as {@code --only} says, all without it} */
    private static List<CostMetricGroup> groups(List<String> options) {
        int at = options.indexOf(ONLY);
        if (at < 0) return GROUPS;
        if (at + 1 == options.size()) {
            throw new IllegalArgumentException(
                    "Option '" + ONLY + "' of bench 'cost' needs the beginning of a group: " + names() + ".");
        }
        String prefix = options.get(at + 1).toLowerCase(Locale.ROOT);
        List<CostMetricGroup> groups = GROUPS.stream()
                .filter(g -> g.name().toLowerCase(Locale.ROOT).startsWith(prefix))
                .toList();
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("No group of bench 'cost' begins with '" + options.get(at + 1)
                    + "', given by " + ONLY + ". Known: " + names() + ".");
        }
        return groups;
    }

    private static List<String> withoutOnly(List<String> options) {
        int at = options.indexOf(ONLY);
        if (at < 0) return options;
        List<String> rest = new ArrayList<>(options.subList(0, at));
        if (at + 2 < options.size()) rest.addAll(options.subList(at + 2, options.size()));
        return rest;
    }

    private static List<String> names() {
        return GROUPS.stream().map(g -> g.name().split(":", -1)[0]).toList();
    }
}
