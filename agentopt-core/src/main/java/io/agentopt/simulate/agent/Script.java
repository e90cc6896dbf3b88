package io.agentopt.simulate.agent;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.Region;
import io.agentopt.graph.ValueId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a request does, region by region: steps, each after those whose values it or a region inside it uses. A region ends when all its steps have.
 *
 * @param steps in an order in which each comes after what it waits for
 */
record Script(List<Step> steps) {
    Script {
        steps = List.copyOf(steps);
    }

    /** One node of a region. */
    sealed interface Step {
        /** {@return indices of the steps of the same region that must have ended} */
        List<Integer> after();
    }

    record Call(String path, List<Integer> after) implements Step {}

    record Loop(Script body, LoopRuns runs, List<Integer> after) implements Step {}

    record When(double probability, Script then, Script otherwise, List<Integer> after) implements Step {}

    record Each(double expected, Script body, List<Integer> after) implements Step {}

    record Nested(Script body, List<Integer> after) implements Step {}

    static Script of(AgentGraph<?, ?> graph) {
        return region("", graph.body());
    }

    private static Script region(String prefix, Region region) {
        Map<ValueId, Integer> producer = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        for (Node node : region.nodes()) {
            List<Integer> after = new ArrayList<>();
            for (ValueId used : uses(node)) {
                Integer step = producer.get(used);
                if (step != null && !after.contains(step)) after.add(step);
            }
            String path = AgentGraph.path(prefix, node.name());
            List<Integer> ends = List.copyOf(after);
            producer.put(node.result(), steps.size());
            steps.add(
                    switch (node) {
                        case Node.Call c -> new Call(path, ends);
                        case Node.Loop l -> new Loop(region(path, l.body()), LoopRuns.of(l.iterations()), ends);
                        case Node.When w ->
                            new When(
                                    w.probability(),
                                    region(path + "/then", w.then()),
                                    region(path + "/else", w.otherwise()),
                                    ends);
                        case Node.ForEach f -> new Each(f.expectedItems(), region(path, f.body()), ends);
                        case Node.Nested n -> new Nested(region(path, n.graph().body()), ends);
                    });
        }
        return new Script(steps);
    }

    /** Values that a node or a region inside it uses; a nested graph has values of its own and sees only its input. */
    private static Set<ValueId> uses(Node node) {
        Set<ValueId> used = new HashSet<>(node.inputs());
        switch (node) {
            case Node.Call c -> {}
            case Node.Loop l -> inside(l.body(), used);
            case Node.When w -> {
                inside(w.then(), used);
                inside(w.otherwise(), used);
            }
            case Node.ForEach f -> inside(f.body(), used);
            case Node.Nested n -> {}
        }
        return used;
    }

    private static void inside(Region region, Set<ValueId> used) {
        used.addAll(region.yields());
        for (Node node : region.nodes()) used.addAll(uses(node));
    }
}
