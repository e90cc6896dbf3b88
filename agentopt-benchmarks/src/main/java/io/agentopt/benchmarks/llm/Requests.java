package io.agentopt.benchmarks.llm;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.Generation;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.TokenListener;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Prompts of random tokens, and greedy answers to them. */
final class Requests {
    private Requests() {}

    /** {@return tokens of printable characters, the same for the same seed} */
    static int[] prompt(int tokens, long seed) {
        return new SplittableRandom(seed).ints(tokens, 32, 127).toArray();
    }

    static int[] joined(int[] first, int[] second) {
        return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
    }

    static Generation generate(LlmEngine engine, int[] prompt, int tokens) {
        return engine.decode(
                engine.prefill(prompt, CancelToken.none()),
                DecodeOptions.greedy(tokens),
                TokenListener.NONE,
                CancelToken.none());
    }

    static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
