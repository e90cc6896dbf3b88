package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.hardware.Fleet;
import io.agentopt.operator.VectorSearch;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds wishes that no placement can fulfil, before any search: an operator without candidates, a group without a common place. */
final class Contradictions {
    private Contradictions() {}

    static <I, O> Optional<PlanResult.Infeasible<I, O>> find(
            AgentGraph<I, O> graph, Fleet fleet, PlanningProblem planning) {
        if (!planning.unplaceable().isEmpty()) {
            return Optional.of(
                    unplaceable(graph, fleet, planning, planning.unplaceable().getFirst()));
        }
        for (List<Integer> group : planning.colocated()) {
            TreeSet<String> common = new TreeSet<>(planning.members().names());
            for (int unit : group) common.retainAll(Wishes.places(planning, unit));
            if (common.isEmpty()) return Optional.of(apart(graph, fleet, planning, group));
        }
        return Optional.empty();
    }

    private static <I, O> PlanResult.Infeasible<I, O> unplaceable(
            AgentGraph<I, O> graph, Fleet fleet, PlanningProblem planning, PlanningProblem.Unplaceable first) {
        List<String> names = planning.members().names();
        Optional<Node.Call> call =
                Optional.ofNullable(graph.calls().get(first.operator().path()));
        String pinned = call.flatMap(c -> c.options().pinnedTo())
                .filter(c -> !names.contains(c))
                .orElse("");
        boolean search = call.filter(c -> c.operator() instanceof VectorSearch).isPresent();
        String leftOut = planning.leftOut().isEmpty()
                ? ""
                : " Left out for want of a price" + (planning.energyCounts() ? " or power" : "") + ": "
                        + String.join(", ", planning.leftOut()) + ".";
        boolean residency = first.reasons().stream().anyMatch(r -> r.contains("must stay in"));
        String fix;
        if (!pinned.isEmpty()) {
            fix = "Pin the node to one of " + names + ", or add '" + pinned + "' to the fleet, with a price.";
        } else if (residency) {
            fix = "Add a member in " + zones(first) + " that can, state the zone of one that lies there, or allow "
                    + first.residency().stream()
                            .map(r -> "'" + r.node() + "'")
                            .distinct()
                            .collect(Collectors.joining(", "))
                    + " more zones.";
        } else if (search) {
            fix = "Add the CPU of the host to the fleet.";
        } else {
            fix = "Add a device that can, use a smaller model, or loosen the node's wishes.";
        }
        return new PlanResult.Infeasible<>(
                graph.name(),
                residency ? "residency" : "device",
                "No device of fleet '" + fleet.name() + "' can run '" + first.operator() + "' of graph '" + graph.name()
                        + "': " + String.join("; ", first.reasons()).replaceAll("\\.$", "") + "." + leftOut,
                fix,
                true);
    }

    private static String zones(PlanningProblem.Unplaceable first) {
        TreeSet<String> zones = new TreeSet<>(first.residency().getFirst().zones());
        first.residency().forEach(r -> zones.retainAll(r.zones()));
        return zones.isEmpty() ? "a zone common to them" : "zone " + zones;
    }

    private static <I, O> PlanResult.Infeasible<I, O> apart(
            AgentGraph<I, O> graph, Fleet fleet, PlanningProblem planning, List<Integer> group) {
        String places = group.stream()
                .map(u -> "'" + planning.units().graph().operators().get(u).id() + "' can run on "
                        + Wishes.places(planning, u))
                .collect(Collectors.joining(", "));
        return new PlanResult.Infeasible<>(
                graph.name(),
                "colocation",
                "No member of fleet '" + fleet.name() + "' can run all operators of graph '" + graph.name()
                        + "' that are to be together: " + places + ".",
                "Let them run apart, or loosen where they are pinned or may not run.",
                true);
    }
}
