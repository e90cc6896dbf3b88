package io.agentopt.runtime.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A run or an attempt at a node that took longer than it may. */
public final class DeadlineExceededException extends AgentRunException {
    private static final long serialVersionUID = 1;

    private final Duration limit;

    private DeadlineExceededException(String graph, String node, Duration limit, String message) {
        super(graph, node, message, null);
        this.limit = limit;
    }

    static DeadlineExceededException ofRun(String graph, List<String> running, Duration limit) {
        String nodes = running.isEmpty()
                ? "before any node had begun"
                : "while running '" + String.join("', '", running) + "'";
        return new DeadlineExceededException(
                graph,
                running.isEmpty() ? "" : running.getFirst(),
                limit,
                "The deadline (" + text(limit) + ") of the run of graph '" + graph + "' passed " + nodes
                        + ". Allow more time, or plan the graph for a shorter SLA.");
    }

    static DeadlineExceededException ofNode(String graph, String node, Duration timeout) {
        return new DeadlineExceededException(
                graph,
                node,
                timeout,
                "Node '" + node + "' of graph '" + graph + "' took longer than its timeout (" + text(timeout)
                        + "). Raise the timeout of the node or make it faster.");
    }

    private static String text(Duration d) {
        return d.toMillis() < 10_000 ? d.toMillis() + " ms" : String.format(Locale.ROOT, "%.1f s", d.toMillis() / 1e3);
    }

    /** {@return the limit that was exceeded} */
    public Duration limit() {
        return limit;
    }
}
