package io.agentopt.graph;

/** A graph that cannot be: the message names the graph, the node, the value and what to do. */
public final class GraphException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    GraphException(String graph, String node, String problem) {
        super((node.isEmpty() ? "" : "Node '" + node + "' of ") + (node.isEmpty() ? "Graph '" : "graph '") + graph
                + "': " + problem);
    }

    GraphException(String graph, String node, String problem, Throwable cause) {
        this(graph, node, problem);
        initCause(cause);
    }
}
