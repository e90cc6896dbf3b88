package io.agentopt.plan;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.Region;
import io.agentopt.internal.Nearest;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.granular.PlanningUnits;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What is asked of a plan by the names of nodes. */
final class Wishes {
    private Wishes() {}

    /** Checks that the nodes of co-location groups exist. */
    static void checkNodes(AgentGraph<?, ?> graph, List<List<String>> colocated) {
        for (List<String> group : colocated) {
            for (String node : group) {
                if (!graph.calls().containsKey(node)) {
                    throw new IllegalArgumentException("Graph '" + graph.name() + "' has no operator '" + node
                            + "' to co-locate. Did you mean one of "
                            + Nearest.to(node, graph.calls().keySet()) + "?");
                }
            }
        }
    }

    /** {@return whether an operator is of a node that a co-location group names} */
    static boolean named(List<List<String>> colocated, OperatorId id) {
        return colocated.stream().anyMatch(group -> group.contains(id.path()));
    }

    /** {@return the units of each group: all operators of its nodes} */
    static List<List<Integer>> groups(PlanningUnits units, List<List<String>> colocated) {
        List<List<Integer>> groups = new ArrayList<>();
        for (List<String> group : colocated) {
            List<Integer> indices = new ArrayList<>();
            for (int i = 0; i < units.members().size(); i++) {
                if (group.contains(units.graph().operators().get(i).id().path())) indices.add(i);
            }
            groups.add(indices);
        }
        return groups;
    }

    /** {@return the names of the members on which a unit has a candidate} */
    static SortedSet<String> places(PlanningProblem planning, int unit) {
        SortedSet<String> places = new TreeSet<>();
        planning.modes()
                .get(unit)
                .forEach(m -> places.add(planning.members().name(m.mode().deviceClass())));
        return places;
    }

    /**
     * Checks that every loop has a number of runs to plan with.
     *
     * @param worstCase whether the most runs count, too
     * @throws IllegalArgumentException naming the loop
     */
    static void checkLoops(AgentGraph<?, ?> graph, boolean worstCase) {
        checkLoops(graph.name(), "", graph.body(), worstCase);
    }

    private static void checkLoops(String graph, String prefix, Region region, boolean worstCase) {
        for (Node node : region.nodes()) {
            String path = AgentGraph.path(prefix, node.name());
            switch (node) {
                case Node.Call c -> {}
                case Node.Loop l -> {
                    boolean unbounded = l.iterations().max() == Integer.MAX_VALUE;
                    boolean unexpected = unbounded && l.iterations().expected() == Integer.MAX_VALUE;
                    if (unexpected || (unbounded && worstCase)) {
                        throw new IllegalArgumentException("Loop '" + path + "' of graph '" + graph
                                + "' has no limit" + (unexpected ? " and no expected number of runs" : "")
                                + ", so it has no " + (unexpected ? "expected time" : "worst case")
                                + ". Declare maxIterations(n)" + (unexpected ? ".expected(mean)." : " with a limit."));
                    }
                    checkLoops(graph, path, l.body(), worstCase);
                }
                case Node.When w -> {
                    checkLoops(graph, path + "/then", w.then(), worstCase);
                    checkLoops(graph, path + "/else", w.otherwise(), worstCase);
                }
                case Node.ForEach f -> checkLoops(graph, path, f.body(), worstCase);
                case Node.Nested n -> checkLoops(graph, path, n.graph().body(), worstCase);
            }
        }
    }
}
