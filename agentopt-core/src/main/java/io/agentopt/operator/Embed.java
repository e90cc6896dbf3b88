package io.agentopt.operator;

import io.agentopt.message.Embedding;
import java.util.Objects;

/**
 * Turns a text into a vector.
 *
 * @param model the embedder
 * @param expectedTokens mean text length that the planner assumes, in tokens
 */
public record Embed(ModelRef model, double expectedTokens) implements Operator<String, Embedding> {
    /** Assumed where a declaration says nothing. */
    public static final double DEFAULT_TOKENS = 32;

    public Embed {
        Objects.requireNonNull(model, "model");
        if (!(expectedTokens >= 1) || Double.isInfinite(expectedTokens)) {
            throw new IllegalArgumentException("The expectedTokens (" + expectedTokens + ") of model '" + model
                    + "' must be finite and at least 1.");
        }
    }

    /** An embedding of a text of default length. */
    public Embed(ModelRef model) {
        this(model, DEFAULT_TOKENS);
    }

    /** {@return this operator with a mean text length for the planner, in tokens} */
    public Embed expecting(double tokens) {
        return new Embed(model, tokens);
    }

    @Override
    public String kind() {
        return "embed";
    }
}
