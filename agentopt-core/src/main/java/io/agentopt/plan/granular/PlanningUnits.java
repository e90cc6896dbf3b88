package io.agentopt.plan.granular;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The operators as they are planned: most of them one by one, those of many identical branches as one with the visits of all.
 *
 * @param graph the units as operators, in an order in which most edges go forward; a unit is named after its first member
 * @param worstCase the same units with the runs of the slowest request, if that was asked for
 * @param members the operators of the graph that each unit stands for, at least one
 * @param edgeRuns how often each edge of {@code graph} is crossed per request
 * @param group the unit of each operator of the full graph
 */
public record PlanningUnits(
        GranularGraph graph,
        Optional<GranularGraph> worstCase,
        List<List<OperatorId>> members,
        List<Double> edgeRuns,
        List<Integer> group) {
    public PlanningUnits {
        members = List.copyOf(members);
        edgeRuns = List.copyOf(edgeRuns);
        group = List.copyOf(group);
    }

    /**
     * {@return the units of a graph}
     *
     * @param worstCase its worst case, or empty if that is not planned for
     * @param apart what tells operators apart beside their work, such as a wish that names one node; equal values do not
     */
    public static PlanningUnits of(
            GranularGraph full, Optional<GranularGraph> worstCase, Function<OperatorId, Object> apart) {
        int[] group = new IdenticalBranches(full, worstCase).groups(apart);
        List<List<OperatorId>> members = new ArrayList<>();
        for (int i = 0; i < group.length; i++) {
            if (group[i] == members.size()) members.add(new ArrayList<>());
            members.get(group[i]).add(full.operators().get(i).id());
        }
        List<GranularEdge> edges = new ArrayList<>();
        List<Double> runs = new ArrayList<>();
        for (Map.Entry<GranularEdge, List<GranularEdge>> joined :
                IdenticalBranches.joined(full, group).entrySet()) {
            edges.add(joined.getKey());
            runs.add(joined.getValue().stream()
                    .filter(e -> e.carries() == joined.getKey().carries())
                    .mapToDouble(e -> full.operators().get(e.to()).visits())
                    .sum());
        }
        return new PlanningUnits(
                new GranularGraph(full.graph(), units(full, group, members), edges),
                worstCase.map(w -> new GranularGraph(
                        w.graph(),
                        units(w, group, members),
                        List.copyOf(IdenticalBranches.joined(w, group).keySet()))),
                members,
                runs,
                Arrays.stream(group).boxed().toList());
    }

    /** {@return how many operators a unit stands for} */
    public int copies(int unit) {
        return members.get(unit).size();
    }

    private static List<GranularOperator> units(GranularGraph full, int[] group, List<List<OperatorId>> members) {
        List<GranularOperator> units = new ArrayList<>();
        for (int i = 0; i < group.length; i++) {
            if (group[i] < units.size()) continue;
            GranularOperator o = full.operators().get(i);
            int copies = members.get(group[i]).size();
            units.add(new GranularOperator(o.id(), o.call(), o.visits() * copies, o.pathVisits()));
        }
        return units;
    }
}
