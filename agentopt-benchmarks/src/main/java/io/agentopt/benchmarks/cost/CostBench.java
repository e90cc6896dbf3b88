package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import java.util.ArrayList;
import java.util.List;

/** {@code ./build bench cost [--calibrate DIR] [--test DIR]}: errors of the cost model on rows that no fit has seen. */
public final class CostBench {
    private static final List<CostMetricGroup> GROUPS = List.of(
            new GemmMetrics(),
            new AttentionMetrics(),
            new CollectiveMetrics(),
            new ElementwiseMetrics(),
            new ServingSimMetrics(),
            new SplitwiseMetrics(),
            new EndToEndMetrics(),
            new RequestLatencyMetrics(),
            new LayerTimeMetrics(),
            new EstimateSpeed());

    private CostBench() {}

    /** Runs every group of metrics. */
    public static BenchReport run(List<String> options) {
        DataFolders folders = DataFolders.of(options);
        System.out.println("calibrated on " + folders.calibrate() + ", tested on " + folders.test());
        List<Metric> metrics = new ArrayList<>();
        for (CostMetricGroup group : GROUPS) {
            System.out.printf("%n%s%n", group.name());
            ErrorSummary.printHeader();
            metrics.addAll(group.run(folders));
        }
        return new BenchReport("cost", metrics);
    }
}
