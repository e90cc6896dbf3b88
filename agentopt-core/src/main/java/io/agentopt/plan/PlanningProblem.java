package io.agentopt.plan;

import io.agentopt.cost.RooflineCostModel;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.granular.GranularGraph;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.granular.PlanningUnits;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A graph, a workload, an SLA and a fleet as a {@link PlacementProblem}, and the way back from its indices.
 *
 * @param granular the graph taken apart
 * @param units its operators as they are planned; index by index as in the problem
 * @param members what may run them; index by index as in the problem
 * @param modes the candidates of each unit, index by index as in the problem
 * @param unplaceable why a unit has no candidate; empty when every unit has one
 * @param colocated groups of units that must run on one member
 * @param leftOut device classes and endpoints that cannot be planned with, and why
 * @param energyCounts whether members need a known power
 */
record PlanningProblem(
        GranularGraph granular,
        PlanningUnits units,
        Members members,
        List<List<CandidateMode>> modes,
        List<Unplaceable> unplaceable,
        List<List<Integer>> colocated,
        List<String> leftOut,
        boolean energyCounts) {

    /** Share of a device's time that is planned to be busy; the rest absorbs bursts. */
    static final double UTILISATION_CAP = 0.7;

    /** An operator that no member of the fleet can run, with a reason for each. */
    record Unplaceable(OperatorId operator, List<String> reasons, List<Residency> residency) {}

    static PlanningProblem of(
            AgentGraph<?, ?> graph, Workload workload, Sla sla, Fleet fleet, PlanningSettings settings) {
        List<String> leftOut = new ArrayList<>();
        Members members = members(fleet, settings, leftOut);
        Wishes.checkNodes(graph, settings.colocated());
        GranularGraph granular = GranularGraph.of(graph);
        Optional<GranularGraph> worst = sla.worstCase().map(w -> GranularGraph.worstCase(graph));
        PlanningUnits units =
                PlanningUnits.of(granular, worst, id -> Wishes.named(settings.colocated(), id) ? id.path() : "");
        if (units.members().size() > Quanta.MAX_OPERATORS) {
            throw new IllegalArgumentException("Graph '" + graph.name() + "' unfolds into "
                    + units.members().size() + " operators; at most " + Quanta.MAX_OPERATORS
                    + " can be planned. Write repeated parts as a loop or for-each, or plan parts of it.");
        }
        OptionalDouble perToken = sla.perToken().isPresent()
                ? OptionalDouble.of(sla.planned(sla.perToken().get()))
                : OptionalDouble.empty();
        ModeEnumeration enumeration = new ModeEnumeration(settings, members, workload.requestsPerSecond(), perToken);
        List<List<Residency>> residency = Residency.of(units.graph());
        List<List<CandidateMode>> modes = new ArrayList<>();
        List<Unplaceable> unplaceable = new ArrayList<>();
        for (int i = 0; i < units.members().size(); i++) {
            GranularOperator o = units.graph().operators().get(i);
            List<String> reasons = new ArrayList<>();
            List<CandidateMode> candidates = enumeration.modes(o, residency.get(i), reasons);
            if (candidates.isEmpty()) unplaceable.add(new Unplaceable(o.id(), List.copyOf(reasons), residency.get(i)));
            modes.add(candidates);
        }
        return new PlanningProblem(
                granular,
                units,
                members,
                modes,
                unplaceable,
                Wishes.groups(units, settings.colocated()),
                leftOut,
                settings.objective() instanceof Objective.Joules);
    }

    private static Members members(Fleet fleet, PlanningSettings settings, List<String> leftOut) {
        boolean energy = settings.objective() instanceof Objective.Joules;
        List<DeviceClass> classes = new ArrayList<>();
        for (DeviceClass c : fleet.classes()) {
            if (c.dollarsPerHour() instanceof Dollars.Unknown u) leftOut.add(c.name() + " (" + u.reason() + ")");
            else if (energy && EnergyProblem.power(c).isEmpty())
                leftOut.add(
                        c.name() + " (the rated power of device '" + c.device().id() + "' is unknown)");
            else classes.add(c);
        }
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("No device class of fleet '" + fleet.name() + "' has a known price"
                    + (energy ? " and power: " : ": ") + leftOut + ". State "
                    + (energy ? "both" : "a price") + " for at least one.");
        }
        if (energy) fleet.endpoints().forEach(e -> leftOut.add(e.name() + " (the energy of an endpoint is unknown)"));
        int home = 0;
        for (int c = classes.size() - 1; c >= 0; c--)
            if (classes.get(c).device().kind() == DeviceKind.CPU) home = c;
        return new Members(classes, energy ? List.of() : fleet.endpoints(), home);
    }

    /** {@return the problem in numbers, with expected visits} */
    PlacementProblem problem(Workload workload, Sla sla, Fleet fleet, PlanningSettings settings) {
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < modes.size(); i++)
            operators.add(new OperatorModes(
                    name(i), modes.get(i).stream().map(CandidateMode::mode).toList()));
        double firstToken = sla.plannedFirstTokenSeconds().orElse(Quanta.MAX_DEADLINE_SECONDS);
        List<Integer> prefills = units.graph().prefills();
        List<Milestone> milestones = prefills.isEmpty()
                ? List.of()
                : List.of(new Milestone(
                        "first token",
                        prefills,
                        Math.min(
                                firstToken, Quanta.MAX_DEADLINE_SECONDS))); // without a limit of its own: never binding
        Traffic traffic = new Traffic(units, members, fleet, settings.models(), workload);
        return new PlacementProblem(
                granular.graph().name(),
                classes(),
                operators,
                traffic.edges(units.graph()),
                workload.requestsPerSecond() * 3600,
                OptionalDouble.of(Math.min(sla.plannedEndToEndSeconds(), Quanta.MAX_DEADLINE_SECONDS)),
                milestones,
                colocated,
                traffic.capacities());
    }

    /** {@return the same problem with the runs of the slowest request and the limit of the worst case alone, where the SLA has one} */
    Optional<PlacementProblem> worstCase(
            PlacementProblem expected, Workload workload, Sla sla, Fleet fleet, PlanningSettings settings) {
        if (sla.worstCase().isEmpty()) return Optional.empty();
        GranularGraph worst = units.worstCase().orElseThrow();
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < modes.size(); i++) {
            double visits = worst.operators().get(i).pathVisits();
            operators.add(new OperatorModes(
                    name(i),
                    modes.get(i).stream().map(m -> m.takingOnPath(visits)).toList()));
        }
        Traffic traffic = new Traffic(units, members, fleet, settings.models(), workload);
        return Optional.of(new PlacementProblem(
                expected.name() + " (worst case)",
                expected.classes(),
                operators,
                traffic.edges(worst),
                expected.requestsPerHour(),
                OptionalDouble.of(Math.min(sla.planned(sla.worstCase().get()), WorstCaseSolver.LONGEST_SECONDS)),
                List.of(),
                colocated,
                expected.links()));
    }

    private List<io.agentopt.plan.problem.DeviceClass> classes() {
        return IntStream.range(0, members.count())
                .mapToObj(m -> members.hosted(m)
                        ? EndpointModes.deviceClass(members.endpoint(m))
                        : rented(members.classes().get(m)))
                .toList();
    }

    private static io.agentopt.plan.problem.DeviceClass rented(DeviceClass c) {
        return new io.agentopt.plan.problem.DeviceClass(
                c.name(),
                ((Dollars.Known) c.dollarsPerHour()).amount(),
                UTILISATION_CAP,
                (long) Math.min(Quanta.MAX_BYTES, RooflineCostModel.usableBytes(c.device(), 1)),
                Math.min(c.count(), io.agentopt.plan.problem.DeviceClass.AS_MANY_AS_NEEDED));
    }

    private String name(int unit) {
        return units.graph().operators().get(unit).id().toString();
    }

    /** {@return the mode that a placement chooses for a unit} */
    CandidateMode chosen(List<Integer> placement, int unit) {
        return modes.get(unit).get(placement.get(unit));
    }
}
