package io.agentopt.graph;

import java.util.ArrayDeque;
import java.util.Deque;

/** What the builders of one declaration share: the graph's name, value numbers, and which regions are open. */
final class Declaration {
    private final String graph;
    private final Deque<GraphBuilder> open = new ArrayDeque<>();
    private int values;

    Declaration(String graph) {
        this.graph = graph;
    }

    String graph() {
        return graph;
    }

    ValueId newValue() {
        return new ValueId(values++);
    }

    GraphBuilder open(String path) {
        GraphBuilder region = new GraphBuilder(this, path);
        open.push(region);
        return region;
    }

    void close(GraphBuilder region) {
        open.removeIf(r -> r == region);
    }

    /** {@return the innermost region, in which {@code node} is being declared} */
    GraphBuilder current(String node) {
        GraphBuilder innermost = open.peek();
        if (innermost == null) {
            throw new IllegalStateException("Graph '" + graph + "' is complete; node '" + node
                    + "' cannot be added. Ports and builders are good only inside the declaration.");
        }
        return innermost;
    }

    boolean isOpen(GraphBuilder region) {
        return open.stream().anyMatch(r -> r == region);
    }
}
