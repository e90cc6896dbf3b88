package io.agentopt.runtime.compiled;

import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.Bound;
import io.agentopt.plan.Placement;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** Plans that were not solved for: a placement and made-up figures. */
public final class Plans {
    private Plans() {}

    /** {@return a plan whose device classes are all CPUs} */
    public static <I, O> Plan<I, O> of(AgentGraph<I, O> graph, Placement placement) {
        List<PlannedOperator> operators = placement.deviceClasses().entrySet().stream()
                .map(e -> new PlannedOperator(e.getKey(), e.getValue(), "tp1", 0.01, 0.2, "GENERIC", 1, 1, 0.01))
                .toList();
        TreeSet<String> classes = new TreeSet<>(placement.deviceClasses().values());
        classes.add(placement.home());
        List<PlannedDevices> devices = classes.stream()
                .map(c -> new PlannedDevices(c, "CPU-32-core", "cpu", "", 1, 1, 0.1, 0, "host"))
                .toList();
        return new Plan<>(
                graph,
                "test",
                Workload.poisson(2),
                Sla.endToEnd(Percentile.P95, Duration.ofSeconds(3)),
                placement,
                operators,
                devices,
                0.9,
                OptionalDouble.empty(),
                List.of(),
                classes.size(),
                new Bound(classes.size(), 0, true),
                List.of());
    }
}
