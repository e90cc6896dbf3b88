package io.agentopt.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the nodes of a region into an order in which each comes after what it uses; names the circle where there is none. */
final class NodeOrder {
    private NodeOrder() {}

    static List<Node> sort(String graph, String path, List<Node> nodes) {
        Map<ValueId, Node> producer = new HashMap<>();
        for (Node n : nodes) producer.put(n.result(), n);
        List<Node> order = new ArrayList<>();
        Set<Node> done = new HashSet<>();
        for (Node n : nodes) visit(graph, path, n, producer, done, new LinkedHashSet<>(), order);
        return order;
    }

    private static void visit(
            String graph, String path, Node node, Map<ValueId, Node> producer, Set<Node> done, LinkedHashSet<Node> trail, List<Node> order) {
        if (done.contains(node)) return;
        if (!trail.add(node)) {
            List<String> circle = new ArrayList<>();
            boolean inside = false;
            for (Node n : trail) {
                inside |= n == node;
                if (inside) circle.add(n.name());
            }
            circle.add(node.name());
            throw new GraphException(graph, AgentGraph.path(path, node.name()), "a cycle outside a loop: "
                    + String.join(" -> ", circle.reversed()) + ". Declare a loop, with a limit, where values shall go round.");
        }
        for (ValueId used : uses(node)) {
            Node p = producer.get(used);
            if (p != null) visit(graph, path, p, producer, done, trail, order);
        }
        trail.remove(node);
        done.add(node);
        order.add(node);
    }

    /** {@return every value that a node uses, those inside its regions included} */
    static Set<ValueId> uses(Node node) {
        Set<ValueId> used = new LinkedHashSet<>(node.inputs());
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
        return used;
    }

    private static void collect(Region region, Set<ValueId> used) {
        for (Node n : region.nodes()) used.addAll(uses(n));
        used.addAll(region.yields());
    }
}
