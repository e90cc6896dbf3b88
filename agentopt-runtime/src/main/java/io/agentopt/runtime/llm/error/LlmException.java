package io.agentopt.runtime.llm.error;

/** A request that a model cannot serve. Other requests of the engine go on. */
public class LlmException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LlmException(String message) {
        super(message);
    }

    public LlmException(String message, Throwable cause) {
        super(message, cause);
    }
}
