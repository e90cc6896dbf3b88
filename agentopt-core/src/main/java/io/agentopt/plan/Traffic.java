package io.agentopt.plan;

import io.agentopt.cost.KvTransfer;
import io.agentopt.cost.TransferCost;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.operator.Generate;
import io.agentopt.plan.granular.GranularEdge;
import io.agentopt.plan.granular.GranularEdge.Carries;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.PlanningUnits;
import io.agentopt.plan.problem.LinkCapacity;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What moves between operators: how long it takes and costs by pair of members, and how much the links carry.
 *
 * <p>Each device has a link of its own to the devices of another class, full duplex, so that a class sends to another at most
 *
 * <pre>
 * rate of a link * devices of the smaller of the two classes * utilisation cap         bytes/s
 * </pre>
 *
 * counted over the devices that the fleet has. A capacity that all data of the graph together cannot fill is left out of the problem. The
 * way to an endpoint is part of its times; a KV cache never leaves one.
 */
final class Traffic {
    private final PlanningUnits units;
    private final Members members;
    private final Fleet fleet;
    private final ModelCatalog models;
    private final double requestsPerSecond;
    private final Map<List<Integer>, Double> runs = new HashMap<>();

    Traffic(PlanningUnits units, Members members, Fleet fleet, ModelCatalog models, Workload workload) {
        this.units = units;
        this.members = members;
        this.fleet = fleet;
        this.models = models;
        this.requestsPerSecond = workload.requestsPerSecond();
        for (int e = 0; e < units.graph().edges().size(); e++) {
            GranularEdge edge = units.graph().edges().get(e);
            runs.put(List.of(edge.from(), edge.to()), units.edgeRuns().get(e));
        }
    }

    /** {@return the edges of the problem}; times go by the path visits of {@code graph}, money and bytes by the expected visits */
    List<PlacementEdge> edges(GranularGraph graph) {
        return graph.edges().stream()
                .map(e -> {
                    double perRequest = bytesPerRequest(e);
                    return new PlacementEdge(e.from(), e.to(), costs(graph, e), carriable(perRequest) ? perRequest : 0);
                })
                .toList();
    }

    private boolean carriable(double bytesPerRequest) {
        return bytesPerRequest <= Quanta.MAX_BYTES && bytesPerRequest * requestsPerSecond <= Quanta.MAX_TRAFFIC;
    }

    private double bytesPerRequest(GranularEdge edge) {
        return CountedModes.times(bytes(edge), runs.getOrDefault(List.of(edge.from(), edge.to()), 0.0));
    }

    /** {@return the capacities that the data of the graph could exceed} */
    List<LinkCapacity> capacities() {
        double most = units.graph().edges().stream()
                .mapToDouble(this::bytesPerRequest)
                .filter(this::carriable)
                .map(b -> b * requestsPerSecond + 1) // whole bytes per second
                .sum();
        List<LinkCapacity> capacities = new ArrayList<>();
        for (int a = 0; a < members.classes().size(); a++) {
            for (int b = 0; b < members.classes().size(); b++) {
                if (a == b) continue;
                double capacity =
                        capacity(members.classes().get(a), members.classes().get(b));
                if (most > capacity) capacities.add(new LinkCapacity(a, b, false, (long) capacity));
            }
        }
        return capacities;
    }

    private double capacity(DeviceClass from, DeviceClass to) {
        double links = Math.min(from.count(), to.count());
        return Math.min(
                LinkCapacity.MAX_BYTES_PER_SECOND,
                fleet.link(from, to).bytesPerSecond() * links * PlanningProblem.UTILISATION_CAP);
    }

    private PairCosts costs(GranularGraph graph, GranularEdge edge) {
        double bytes = bytes(edge);
        PairCosts.Builder table = PairCosts.builder(members.count());
        if (bytes == 0) return table.build();
        GranularOperator to = graph.operators().get(edge.to());
        boolean anywhere = carriable(bytesPerRequest(edge));
        for (int a = 0; a < members.count(); a++) {
            for (int b = 0; b < members.count(); b++) {
                if (a == b) continue;
                boolean hosted = members.hosted(a) || members.hosted(b);
                if (!anywhere
                        || !fleet.mayExchange(members.name(a), members.name(b))
                        || (hosted && edge.carries() == Carries.KV_CACHE)) {
                    table.forbid(a, b);
                } else if (!hosted) {
                    set(table, a, b, bytes, to.pathVisits(), runs.getOrDefault(List.of(edge.from(), edge.to()), 0.0));
                }
            }
        }
        return table.build();
    }

    private void set(PairCosts.Builder table, int a, int b, double bytes, double pathVisits, double perRequest) {
        TransferCost t = TransferCost.of(
                bytes, fleet.link(members.classes().get(a), members.classes().get(b)));
        double seconds = t.seconds() * pathVisits;
        double dollars = t.dollars() == 0 ? 0 : t.dollars() * perRequest;
        if (seconds <= Quanta.MAX_SECONDS && dollars <= Quanta.MAX_RATE) table.set(a, b, seconds, dollars);
        else table.forbid(a, b); // longer or dearer than any plan: as good as no link
    }

    private double bytes(GranularEdge edge) {
        GranularOperator from = units.graph().operators().get(edge.from());
        return switch (edge.carries()) {
            case NOTHING -> 0;
            case VALUE -> from.call().map(c -> c.options().outputBytes()).orElse(NodeOptions.DEFAULT_OUTPUT_BYTES);
            case KV_CACHE -> {
                Generate g = GranularGraph.generateOf(from);
                yield KvTransfer.kvBytes(models.find(g.model().id()), g.expectedPromptTokens());
            }
        };
    }
}
