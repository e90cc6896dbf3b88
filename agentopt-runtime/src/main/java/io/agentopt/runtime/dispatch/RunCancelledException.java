package io.agentopt.runtime.dispatch;

/** A run that somebody cancelled. */
public final class RunCancelledException extends AgentRunException {
    private static final long serialVersionUID = 1;

    RunCancelledException(String graph, String reason) {
        super(graph, "", "The run of graph '" + graph + "' was cancelled: " + reason, null);
    }
}
