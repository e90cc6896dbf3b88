package io.agentopt.mlir.dialect;

/**
 * How a model is asked.
 *
 * @param model the model's name
 * @param maxTokens at most so many tokens, 1 or more
 * @param sampling canonical text: {@code greedy} or {@code temperature=0.7,top_p=0.9,seed=7}
 * @param deterministic whether equal calls give equal answers, so that they may be merged; only with greedy or seeded sampling
 */
public record Generation(String model, long maxTokens, String sampling, boolean deterministic) {
    /** {@return greedy generation, which is deterministic} */
    public static Generation greedy(String model, long maxTokens) {
        return new Generation(model, maxTokens, "greedy", true);
    }
}
