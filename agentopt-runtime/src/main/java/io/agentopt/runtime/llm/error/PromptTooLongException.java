package io.agentopt.runtime.llm.error;

/** A text with more tokens than the model's context holds. */
public final class PromptTooLongException extends LlmException {
    private static final long serialVersionUID = 1;

    private final int tokens;
    private final int limit;

    public PromptTooLongException(String model, int tokens, int limit) {
        this("The prompt", model, tokens, limit, "Shorten the prompt (fewer passages, fewer turns)");
    }

    /**
     * Of a text that is no prompt.
     *
     * @param text which one, as the subject of a sentence
     * @param remedy what to do, as the beginning of a sentence
     */
    public PromptTooLongException(String text, String model, int tokens, int limit, String remedy) {
        super(text + " has " + tokens + " tokens and the model '" + model + "' takes at most " + limit + ". " + remedy
                + " or use a model with a longer context.");
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
