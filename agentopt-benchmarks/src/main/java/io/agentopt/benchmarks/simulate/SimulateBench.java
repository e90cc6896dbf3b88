package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import java.util.ArrayList;
import java.util.List;

/** {@code ./build bench simulate}: the simulator against closed forms, and plans against simulations. */
public final class SimulateBench {
    private SimulateBench() {}

    /** Runs every metric. */
    public static BenchReport run(List<String> options) {
        if (!options.isEmpty())
            throw new IllegalArgumentException("Bench 'simulate' has no options, but got " + options + ".");
        List<Metric> metrics = new ArrayList<>();
        System.out.println("queues whose mean is known");
        metrics.addAll(QueueMetrics.run());
        System.out.println("plans against simulations");
        metrics.addAll(PlanMetrics.run());
        return new BenchReport("simulate", metrics);
    }
}
