package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.KvTransfer;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransferCost;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.operator.Generate;
import io.agentopt.plan.granular.GranularEdge;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A graph, a workload, an SLA and a fleet as a {@link PlacementProblem}, and the way back from its indices.
 *
 * @param granular the graph taken apart
 * @param classes the device classes that have a price
 * @param home index of the class where requests arrive
 * @param modes the candidates of each operator, index by index as in the problem
 * @param unplaceable why an operator has no candidate; empty when every operator has one
 * @param leftOut device classes without a known price
 */
record PlanningProblem(
        GranularGraph granular,
        List<DeviceClass> classes,
        int home,
        List<List<CandidateMode>> modes,
        List<Unplaceable> unplaceable,
        List<String> leftOut) {

    /** Share of a device's time that is planned to be busy; the rest absorbs bursts. */
    static final double UTILISATION_CAP = 0.7;

    /** An operator that no device class can run, with a reason for each class. */
    record Unplaceable(OperatorId operator, List<String> reasons) {}

    static PlanningProblem of(
            AgentGraph<?, ?> graph, Workload workload, Fleet fleet, ModelCatalog models, CostModel cost) {
        List<DeviceClass> classes = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (DeviceClass c : fleet.classes()) {
            switch (c.dollarsPerHour()) {
                case Dollars.Known k -> classes.add(c);
                case Dollars.Unknown u -> leftOut.add(c.name() + " (" + u.reason() + ")");
            }
        }
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("No device class of fleet '" + fleet.name() + "' has a known price: "
                    + leftOut + ". State a price for at least one.");
        }
        int home = 0;
        for (int c = classes.size() - 1; c >= 0; c--)
            if (classes.get(c).device().kind() == DeviceKind.CPU) home = c;
        GranularGraph granular = GranularGraph.of(graph);
        if (granular.operators().size() > Quanta.MAX_OPERATORS) {
            throw new IllegalArgumentException("Graph '" + graph.name() + "' unfolds into "
                    + granular.operators().size() + " operators; at most " + Quanta.MAX_OPERATORS
                    + " can be planned. Write repeated parts as a loop or for-each, or plan parts of it.");
        }
        ModeEnumeration enumeration = new ModeEnumeration(models, cost, classes, home, workload.requestsPerSecond());
        List<List<CandidateMode>> modes = new ArrayList<>();
        List<Unplaceable> unplaceable = new ArrayList<>();
        for (GranularOperator o : granular.operators()) {
            List<String> reasons = new ArrayList<>();
            List<CandidateMode> candidates = enumeration.modes(o, reasons);
            if (candidates.isEmpty()) unplaceable.add(new Unplaceable(o.id(), List.copyOf(reasons)));
            modes.add(candidates);
        }
        return new PlanningProblem(granular, classes, home, modes, unplaceable, leftOut);
    }

    /** {@return the price of one device of a class that was let in, $/h} */
    static double dollarsPerHour(DeviceClass deviceClass) {
        return switch (deviceClass.dollarsPerHour()) {
            case Dollars.Known k -> k.amount();
            case Dollars.Unknown u ->
                throw new IllegalStateException(
                        "Device class '" + deviceClass.name() + "' has no price: " + u.reason());
        };
    }

    /** {@return the problem in numbers} */
    PlacementProblem problem(Workload workload, Sla sla, Fleet fleet, ModelCatalog models) {
        List<io.agentopt.plan.problem.DeviceClass> devices = classes.stream()
                .map(c -> new io.agentopt.plan.problem.DeviceClass(
                        c.name(),
                        dollarsPerHour(c),
                        UTILISATION_CAP,
                        (long) Math.min(Quanta.MAX_BYTES, RooflineCostModel.usableBytes(c.device(), 1)),
                        Math.min(c.count(), io.agentopt.plan.problem.DeviceClass.AS_MANY_AS_NEEDED)))
                .toList();
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < modes.size(); i++) {
            operators.add(new OperatorModes(
                    granular.operators().get(i).id().toString(),
                    modes.get(i).stream().map(CandidateMode::mode).toList()));
        }
        List<PlacementEdge> edges = granular.edges().stream()
                .map(e -> new PlacementEdge(e.from(), e.to(), costs(e, fleet, models)))
                .toList();
        double firstToken = sla.firstToken()
                .map(t -> Explanation.seconds(t) / sla.percentile().margin())
                .orElse(Quanta.MAX_DEADLINE_SECONDS);
        List<Milestone> milestones = granular.prefills().isEmpty()
                ? List.of()
                : List.of(new Milestone(
                        "first token",
                        granular.prefills(),
                        Math.min(
                                firstToken, Quanta.MAX_DEADLINE_SECONDS))); // without a limit of its own: never binding
        return new PlacementProblem(
                granular.graph().name(),
                devices,
                operators,
                edges,
                workload.requestsPerSecond() * 3600,
                OptionalDouble.of(Math.min(sla.plannedEndToEndSeconds(), Quanta.MAX_DEADLINE_SECONDS)),
                milestones,
                List.of());
    }

    private PairCosts costs(GranularEdge edge, Fleet fleet, ModelCatalog models) {
        double bytes = bytes(edge, models);
        PairCosts.Builder table = PairCosts.builder(classes.size());
        if (bytes == 0) return table.build();
        GranularOperator to = granular.operators().get(edge.to());
        for (int a = 0; a < classes.size(); a++) {
            for (int b = 0; b < classes.size(); b++) {
                if (a == b) continue;
                TransferCost t = TransferCost.of(bytes, fleet.link(classes.get(a), classes.get(b)));
                double seconds = t.seconds() * to.pathVisits();
                double dollars = t.dollars() == 0 ? 0 : t.dollars() * to.visits();
                if (seconds <= Quanta.MAX_SECONDS && dollars <= Quanta.MAX_RATE) {
                    table.set(a, b, seconds, dollars);
                } else {
                    table.forbid(a, b); // longer or dearer than any plan: as good as no link
                }
            }
        }
        return table.build();
    }

    private double bytes(GranularEdge edge, ModelCatalog models) {
        GranularOperator from = granular.operators().get(edge.from());
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
