package io.agentopt.runtime.dispatch;

import org.jspecify.annotations.Nullable;

/** A run that failed: which graph, which node, and why. */
public class AgentRunException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String graph;
    private final String node;

    /**
     * @param node path of the node, such as {@code think/tools/order_status}; empty where no node had begun
     * @param message names both and the way out
     */
    public AgentRunException(String graph, String node, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.graph = graph;
        this.node = node;
    }

    static AgentRunException of(String graph, String node, Throwable cause) {
        String why = cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return new AgentRunException(
                graph,
                node,
                "Node '" + node + "' of graph '" + graph + "' failed with "
                        + cause.getClass().getSimpleName() + why,
                cause);
    }

    static AgentRunException nullResult(String graph, String node) {
        return new AgentRunException(
                graph,
                node,
                "Node '" + node + "' of graph '" + graph
                        + "' returned null. Functions, tools and memories must return a"
                        + " value; return an empty list, an Optional or a value that says 'nothing'.",
                null);
    }

    static AgentRunException nullItem(String graph, String node) {
        return new AgentRunException(
                graph,
                node,
                "For-each '" + node + "' of graph '" + graph + "' got a list with a null in it. Leave such items out.",
                null);
    }

    static AgentRunException wrongType(String graph, String node, String wanted, Object value) {
        return new AgentRunException(
                graph,
                node,
                "Node '" + node + "' of graph '" + graph + "' needs " + wanted + " but got "
                        + value.getClass().getName() + ". Let the node that feeds it return " + wanted + ".",
                null);
    }

    static AgentRunException loopLimit(String graph, String node, int max) {
        return new AgentRunException(
                graph,
                node,
                "Loop '" + node + "' of graph '" + graph + "' reached its limit of " + max
                        + " iterations without being done. Raise maxIterations, or let the body say done with the best it has.",
                null);
    }

    /** {@return the name of the graph} */
    public String graph() {
        return graph;
    }

    /** {@return the path of the node that failed, or an empty string where no node had begun} */
    public String node() {
        return node;
    }
}
