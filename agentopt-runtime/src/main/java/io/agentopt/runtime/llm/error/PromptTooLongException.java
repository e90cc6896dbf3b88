package io.agentopt.runtime.llm.error;

/** A text with more tokens than the model's context holds. */
public final class PromptTooLongException extends LlmException {
    private static final long serialVersionUID = 1;

    private final int tokens;
    private final int limit;

    public PromptTooLongException(String model, int tokens, int limit) {
        super("The prompt has " + tokens + " tokens and the model '" + model + "' takes at most " + limit
                + ". Shorten the prompt (fewer passages, fewer turns) or use a model with a longer context.");
        this.tokens = tokens;
        this.limit = limit;
    }

    public int tokens() {
        return tokens;
    }

    /** {@return the largest prompt that the model takes, in tokens} */
    public int limit() {
        return limit;
    }
}
