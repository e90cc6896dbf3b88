package io.agentopt.runtime.llm;

/** A model pack that cannot be used; the message names the file, the value and the way out. */
public final class ModelPackException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ModelPackException(String message) {
        super(message);
    }

    ModelPackException(String message, Throwable cause) {
        super(message, cause);
    }
}
