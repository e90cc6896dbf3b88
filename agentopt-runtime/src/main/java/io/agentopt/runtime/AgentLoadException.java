package io.agentopt.runtime;

/** An agent that cannot be loaded here: a model, a device or an operator is missing. The message names graph, node and what is known. */
public final class AgentLoadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    AgentLoadException(String message) {
        super(message);
    }

    AgentLoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
