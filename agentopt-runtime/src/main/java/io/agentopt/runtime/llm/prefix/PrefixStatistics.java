package io.agentopt.runtime.llm.prefix;

/**
 * What a prefix cache did since its engine was opened.
 *
 * @param prompts that were filled
 * @param hits prompts whose beginning was known when they began
 * @param promptTokens tokens of these prompts
 * @param reusedTokens of which this many were copied instead of computed
 * @param bytes kept now
 * @param budget most bytes kept
 * @param blocks kept now
 * @param evicted blocks given up for others
 * @param refused blocks that were not kept: the device had no memory for them, or could not copy them, or the budget holds no other
 */
public record PrefixStatistics(
        long prompts,
        long hits,
        long promptTokens,
        long reusedTokens,
        long bytes,
        long budget,
        long blocks,
        long evicted,
        long refused) {
    /** {@return the share of prompt tokens that was not computed; 0 before the first prompt} */
    public double reuse() {
        return promptTokens == 0 ? 0 : (double) reusedTokens / promptTokens;
    }
}
