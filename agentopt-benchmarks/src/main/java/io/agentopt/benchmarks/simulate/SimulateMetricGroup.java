package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.Metric;
import java.util.List;

/** Metrics of one kind. */
interface SimulateMetricGroup {
    /** {@return what the console shows above its rows} */
    String name();

    /** {@return the metrics; empty if there is nothing to measure with} */
    List<Metric> run(SimulateOptions options);
}
