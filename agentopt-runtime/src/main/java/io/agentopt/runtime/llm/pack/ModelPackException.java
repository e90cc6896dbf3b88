package io.agentopt.runtime.llm.pack;

/** A model pack that cannot be used; the message names the file, the value and the way out. */
public final class ModelPackException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ModelPackException(String message) {
        super(message);
    }

    public ModelPackException(String message, Throwable cause) {
        super(message, cause);
    }
}
