package io.agentopt.runtime.llm;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.llm.sample.Sampler;
import java.util.Set;

/**
 * How an answer is generated.
 *
 * @param maxTokens longest answer, in tokens, the stop token included
 * @param sampling how tokens are chosen, what texts end the answer, and what it must look like
 * @param stopTokens ids that end the answer besides the model's own
 * @param logProbs most likely tokens whose log-probabilities are given for each token of the answer, besides its own; -1 for no
 *     log-probabilities
 */
public record DecodeOptions(int maxTokens, Sampling sampling, Set<Integer> stopTokens, int logProbs) {
    public DecodeOptions {
        if (maxTokens < 1)
            throw new IllegalArgumentException("The maxTokens (" + maxTokens + ") of a decode must be at least 1.");
        if (logProbs < Sampler.NO_LOG_PROBS)
            throw new IllegalArgumentException(
                    "The logProbs (" + logProbs + ") of a decode must be from 0, or -1 for none.");
        stopTokens = Set.copyOf(stopTokens);
    }

    /** Without log-probabilities. */
    public DecodeOptions(int maxTokens, Sampling sampling, Set<Integer> stopTokens) {
        this(maxTokens, sampling, stopTokens, Sampler.NO_LOG_PROBS);
    }

    /** {@return greedy decoding that ends at the model's own stop tokens} */
    public static DecodeOptions greedy(int maxTokens) {
        return new DecodeOptions(maxTokens, Sampling.greedy(), Set.of());
    }

    /** {@return these options with another sampling} */
    public DecodeOptions with(Sampling other) {
        return new DecodeOptions(maxTokens, other, stopTokens, logProbs);
    }

    /** {@return these options with log-probabilities of each token and of the {@code alternatives} most likely ones} */
    public DecodeOptions withLogProbs(int alternatives) {
        return new DecodeOptions(maxTokens, sampling, stopTokens, alternatives);
    }
}
