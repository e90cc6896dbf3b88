package io.agentopt.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the nodes of a region into an order in which each comes after what it uses; names the circle where there is none. Nodes
 * that are in such an order already keep it. The search keeps its own stack: a long chain must not overflow the thread's.
 */
final class NodeOrder {
    private NodeOrder() {}

    /** A node whose producers are being visited. */
    private record Visit(Node node, Iterator<ValueId> unseen) {}

    static List<Node> sort(String graph, String path, List<Node> nodes) {
        Map<ValueId, Node> producer = new HashMap<>();
        for (Node n : nodes) producer.put(n.result(), n);
        List<Node> order = new ArrayList<>();
        Set<ValueId> done = new HashSet<>();
        Set<ValueId> onTrail = new HashSet<>();
        Deque<Visit> trail = new ArrayDeque<>();
        for (Node start : nodes) {
            if (done.contains(start.result())) continue;
            onTrail.add(start.result());
            trail.push(new Visit(start, uses(start).iterator()));
            while (!trail.isEmpty()) {
                Visit top = trail.element();
                if (!top.unseen().hasNext()) {
                    trail.pop();
                    done.add(top.node().result());
                    order.add(top.node());
                    continue;
                }
                Node used = producer.get(top.unseen().next());
                if (used == null || done.contains(used.result())) continue;
                if (!onTrail.add(used.result())) throw circle(graph, path, trail, used);
                trail.push(new Visit(used, uses(used).iterator()));
            }
        }
        return order;
    }

    /** The trail, latest first, runs the way that values flow: each entry feeds the next. */
    private static GraphException circle(String graph, String path, Deque<Visit> trail, Node closing) {
        List<String> names = new ArrayList<>(List.of(closing.name()));
        for (Visit v : trail) {
            names.add(v.node().name());
            if (v.node().result().equals(closing.result())) break;
        }
        return new GraphException(
                graph,
                AgentGraph.path(path, closing.name()),
                "a cycle outside a loop: " + String.join(" -> ", names)
                        + ". Declare a loop, with a limit, where values shall go round.");
    }

    /** {@return every value that a node uses, those inside its regions included} */
    static Set<ValueId> uses(Node node) {
        Set<ValueId> used = new LinkedHashSet<>();
        collect(node, used);
        return used;
    }

    private static void collect(Node node, Set<ValueId> used) {
        used.addAll(node.inputs());
        switch (node) {
            case Node.Loop l -> collect(l.body(), used);
            case Node.When w -> {
                collect(w.then(), used);
                collect(w.otherwise(), used);
            }
            case Node.ForEach f -> collect(f.body(), used);
            case Node.Call c -> {}
            case Node.Nested n -> {}
        }
    }

    private static void collect(Region region, Set<ValueId> used) {
        for (Node n : region.nodes()) collect(n, used);
        used.addAll(region.yields());
    }
}
