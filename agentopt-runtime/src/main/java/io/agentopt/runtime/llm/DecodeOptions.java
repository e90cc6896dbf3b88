package io.agentopt.runtime.llm;

import java.util.Set;

/**
 * How an answer is generated.
 *
 * @param maxTokens longest answer, in tokens, the stop token included
 * @param sampling how tokens are chosen
 * @param stopTokens ids that end the answer besides the model's own
 */
public record DecodeOptions(int maxTokens, Sampling sampling, Set<Integer> stopTokens) {
    public DecodeOptions {
        if (maxTokens < 1)
            throw new IllegalArgumentException("The maxTokens (" + maxTokens + ") of a decode must be at least 1.");
        stopTokens = Set.copyOf(stopTokens);
    }

    /** {@return greedy decoding that ends at the model's own stop tokens} */
    public static DecodeOptions greedy(int maxTokens) {
        return new DecodeOptions(maxTokens, Sampling.greedy(), Set.of());
    }

    /** {@return these options with another sampling} */
    public DecodeOptions with(Sampling other) {
        return new DecodeOptions(maxTokens, other, stopTokens);
    }
}
