package io.agentopt.operator;

import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import java.util.Objects;

/**
 * One call of a language model. Lowering splits it into prefill and decode, with a KV transfer between them where the plan
 * puts them on different devices.
 *
 * @param model the model
 * @param maxTokens most tokens to generate, at least 1
 * @param sampling how tokens are chosen
 * @param expectedPromptTokens mean prompt length that the planner assumes, in tokens
 * @param expectedOutputTokens mean output length that the planner assumes, in tokens; at most {@code maxTokens}
 */
public record Generate(
        ModelRef model, int maxTokens, Sampling sampling, double expectedPromptTokens, double expectedOutputTokens)
        implements Operator<Prompt, Completion> {

    /** Assumed where a declaration says nothing; plans print what they assumed. */
    public static final double DEFAULT_PROMPT_TOKENS = 512;

    /** Generation limit where a declaration says nothing. */
    public static final int DEFAULT_MAX_TOKENS = 256;

    public Generate {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(sampling, "sampling");
        if (maxTokens < 1)
            throw new IllegalArgumentException(
                    "The maxTokens (" + maxTokens + ") of model '" + model + "' must be at least 1.");
        if (!(expectedPromptTokens >= 1) || Double.isInfinite(expectedPromptTokens)) {
            throw new IllegalArgumentException("The expectedPromptTokens (" + expectedPromptTokens + ") of model '"
                    + model + "' must be finite and at least 1.");
        }
        if (!(expectedOutputTokens > 0 && expectedOutputTokens <= maxTokens)) {
            throw new IllegalArgumentException("The expectedOutputTokens (" + expectedOutputTokens + ") of model '"
                    + model + "' must be in (0, maxTokens = " + maxTokens + "].");
        }
    }

    /** A greedy call with default lengths. */
    public Generate(ModelRef model) {
        this(model, DEFAULT_MAX_TOKENS, Sampling.greedy(), DEFAULT_PROMPT_TOKENS, DEFAULT_MAX_TOKENS / 2.0);
    }

    /** {@return this call limited to {@code tokens} output tokens; the expected output shrinks with it where it must} */
    public Generate maxTokens(int tokens) {
        return new Generate(
                model, tokens, sampling, expectedPromptTokens, Math.min(expectedOutputTokens, Math.max(tokens, 1)));
    }

    /** {@return this call with mean lengths for the planner, in tokens} */
    public Generate expecting(double promptTokens, double outputTokens) {
        return new Generate(model, maxTokens, sampling, promptTokens, outputTokens);
    }

    /** {@return this call with another way to choose tokens} */
    public Generate sampling(Sampling other) {
        return new Generate(model, maxTokens, other, expectedPromptTokens, expectedOutputTokens);
    }

    /** {@return this call with answers of one form, JSON by a schema for one} */
    public Generate format(OutputFormat format) {
        return sampling(sampling.format(format));
    }

    /** {@return this call with answers that are JSON by a schema; errors as in {@link io.agentopt.operator.schema.JsonSchema#parse}} */
    public Generate json(String schema) {
        return format(OutputFormat.json(schema));
    }

    /** {@return this call with texts that end the answer} */
    public Generate stoppingAt(String... texts) {
        return sampling(sampling.stoppingAt(texts));
    }

    @Override
    public String kind() {
        return "generate";
    }
}
