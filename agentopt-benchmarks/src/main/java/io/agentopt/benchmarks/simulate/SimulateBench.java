package io.agentopt.benchmarks.simulate;

import io.agentopt.benchmarks.BenchReport;
import io.agentopt.benchmarks.Metric;
import java.util.ArrayList;
import java.util.List;

/** {@code ./build bench simulate [--profiles DIR --log FILE]}: the simulator against what was measured and what is known in closed form. */
public final class SimulateBench {
    private static final List<SimulateMetricGroup> GROUPS = List.of(
            new ServedLogGroup(), new AzureSpeedGroup(), new MooncakePrefixGroup(), new QueueGroup(), new PlanGroup());

    private SimulateBench() {}

    /** Runs every group; with a log given, that log alone. */
    public static BenchReport run(List<String> options) {
        SimulateOptions chosen = SimulateOptions.of(options);
        List<Metric> metrics = new ArrayList<>();
        for (SimulateMetricGroup group : chosen.packagedLog() ? GROUPS : List.of(new ServedLogGroup())) {
            System.out.printf("%n%s%n", group.name());
            List<Metric> some = group.run(chosen);
            if (some.isEmpty()) System.out.println("  no file for it");
            metrics.addAll(some);
        }
        return new BenchReport("simulate", metrics);
    }
}
