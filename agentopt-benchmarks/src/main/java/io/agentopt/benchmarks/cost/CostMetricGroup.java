package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import java.util.List;

/** Metrics of the cost model that share files and a split. */
interface CostMetricGroup {
    /** {@return what the console says before the group's rows} */
    String name();

    /**
     * Calibrates on one part, tests on the other, prints an {@link ErrorSummary} per set and set of terms.
     *
     * @return one metric a set, calibrated, in %, with the plain roofline on the same rows as peer; none for files that are missing
     */
    List<Metric> run(DataFolders folders);
}
