package io.agentopt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.RooflineCostModel;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.operator.Tool;
import io.agentopt.plan.granular.GranularEdge;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Works a plan out again from what it says, the graph and the fleet, without planner or problem. */
final class PlanCheck {
    private final Plan<?, ?> plan;
    private final Fleet fleet;
    private final ModelCatalog models;
    private final GranularGraph graph;
    private final Map<OperatorId, PlannedOperator> planned;

    private PlanCheck(Plan<?, ?> plan, Fleet fleet, ModelCatalog models) {
        this.plan = plan;
        this.fleet = fleet;
        this.models = models;
        this.graph = GranularGraph.of(plan.graph());
        this.planned = plan.operators().stream().collect(Collectors.toMap(PlannedOperator::id, Function.identity()));
    }

    static void check(Plan<?, ?> plan, Fleet fleet, ModelCatalog models) {
        PlanCheck check = new PlanCheck(plan, fleet, models);
        check.operators();
        check.devices();
        check.times();
        check.money();
        assertThat(plan.endToEndSeconds()).isLessThanOrEqualTo(plan.sla().plannedEndToEndSeconds() + 1e-9);
        assertThat(plan.bound().dollarsPerHour()).isLessThanOrEqualTo(plan.dollarsPerHour());
        assertThat(plan.bound().gap()).isBetween(0.0, 1.0);
        plan.sla()
                .firstToken()
                .ifPresent(limit -> assertThat(plan.firstTokenSeconds().orElse(0))
                        .isLessThanOrEqualTo(Explanation.seconds(limit)
                                        / plan.sla().margins().firstToken()
                                + 1e-9));
    }

    private void operators() {
        assertThat(planned).hasSize(graph.operators().size() - 2);
        for (PlannedOperator o : plan.operators()) {
            assertThat(plan.placement().of(o.id())).isEqualTo(o.deviceClass());
            double runs = plan.workload().requestsPerSecond() * o.visits();
            int batch = part(o, "batch", 1);
            double filled = o.mode().equals("host") ? 0 : runs * o.seconds() / batch;
            double load = (batch == 1 ? filled : Math.max(1, filled)) * part(o, "tp", 1);
            assertThat(o.load()).isCloseTo(load, within(1e-9 * load));
        }
    }

    private void devices() {
        for (PlannedDevices d : plan.devices()) {
            DeviceClass c = fleet.find(d.deviceClass());
            List<PlannedOperator> here = plan.operators().stream()
                    .filter(o -> o.deviceClass().equals(d.deviceClass()))
                    .toList();
            double load = here.stream().mapToDouble(PlannedOperator::load).sum();
            long busy = (long) Math.ceil(load / PlanningProblem.UTILISATION_CAP - 1e-6);
            long memory = (long) Math.ceil(d.memoryBytes() / RooflineCostModel.usableBytes(c.device(), 1) - 1e-6);
            long degree = here.stream().mapToLong(o -> part(o, "tp", 1)).max().orElse(0);
            assertThat(d.count()).isEqualTo(Math.max(1, Math.max(busy, Math.max(memory, degree))));
            assertThat(d.count()).isLessThanOrEqualTo(c.count());
            assertThat(d.utilisation()).isCloseTo(load / d.count(), within(1e-6));
            assertThat(d.dollarsPerHour()).isCloseTo(d.count() * price(c), within(1e-9));
        }
    }

    private void times() {
        double[] finish = new double[graph.operators().size()];
        double first = 0;
        for (int i = 0; i < finish.length; i++) {
            for (GranularEdge e : graph.edges())
                if (e.to() == i)
                    finish[i] =
                            Math.max(finish[i], finish[e.from()] + transfer(e).seconds());
            PlannedOperator o = planned.get(graph.operators().get(i).id());
            if (o != null) finish[i] += o.seconds() * o.pathVisits();
            if (graph.prefills().contains(i)) first = Math.max(first, finish[i]);
        }
        assertThat(plan.endToEndSeconds()).isCloseTo(finish[finish.length - 1], within(1e-8 * finish.length));
        assertThat(plan.firstTokenSeconds().isPresent())
                .isEqualTo(!graph.prefills().isEmpty());
        assertThat(plan.firstTokenSeconds().orElse(0)).isCloseTo(first, within(1e-8 * finish.length));
        double onPath = plan.criticalPath().stream()
                .map(id -> Objects.requireNonNull(planned.get(id)))
                .mapToDouble(o -> o.seconds() * o.pathVisits())
                .sum();
        assertThat(onPath).isLessThanOrEqualTo(plan.endToEndSeconds() + 1e-8 * finish.length);
    }

    private void money() {
        double perRequest =
                graph.edges().stream().mapToDouble(e -> transfer(e).dollars()).sum();
        for (GranularOperator o : graph.operators()) {
            if (o.call().isPresent() && o.call().get().operator() instanceof Tool<?, ?> t)
                perRequest += t.dollarsPerCall() * o.visits();
        }
        double devices = plan.devices().stream()
                .mapToDouble(PlannedDevices::dollarsPerHour)
                .sum();
        double total = devices + perRequest * plan.workload().requestsPerSecond() * 3600;
        assertThat(plan.dollarsPerHour()).isCloseTo(total, within(1e-9 * (1 + total)));
    }

    private record Transfer(double seconds, double dollars) {}

    private Transfer transfer(GranularEdge edge) {
        GranularOperator from = graph.operators().get(edge.from());
        GranularOperator to = graph.operators().get(edge.to());
        DeviceClass a = fleet.find(device(from));
        DeviceClass b = fleet.find(device(to));
        double bytes = switch (edge.carries()) {
            case NOTHING -> 0;
            case VALUE -> from.call().map(c -> c.options().outputBytes()).orElse(NodeOptions.DEFAULT_OUTPUT_BYTES);
            case KV_CACHE -> {
                var llm = GranularGraph.generateOf(from);
                yield llm.expectedPromptTokens() * models.find(llm.model().id()).kvBytesPerToken();
            }
        };
        if (a.equals(b) || bytes == 0) return new Transfer(0, 0);
        var link = fleet.link(a, b);
        return new Transfer(
                (link.latencySeconds() + bytes / link.bytesPerSecond()) * to.pathVisits(),
                bytes * link.dollarsPerByte() * to.visits());
    }

    private String device(GranularOperator o) {
        return o.call().isPresent()
                ? plan.placement().of(o.id())
                : plan.placement().home();
    }

    private static double price(DeviceClass c) {
        return ((Dollars.Known) c.dollarsPerHour()).amount();
    }

    private static int part(PlannedOperator o, String name, int otherwise) {
        for (String part : o.mode().split(" ", -1))
            if (part.startsWith(name + "=")) return Integer.parseInt(part.substring(name.length() + 1));
        return otherwise;
    }
}
