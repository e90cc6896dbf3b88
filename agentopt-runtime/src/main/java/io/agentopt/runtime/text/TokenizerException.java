package io.agentopt.runtime.text;

/** A tokenizer or chat template that cannot be used; the message names it and says what to do. */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TokenizerException(String message) {
        super(message);
    }

    public TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
