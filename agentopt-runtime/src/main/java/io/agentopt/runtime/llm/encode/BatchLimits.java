package io.agentopt.runtime.llm.encode;

/**
 * What one run of an encoder may hold. A row alone always runs.
 *
 * @param rows most rows
 * @param tokens most tokens, padding included: rows times the longest row; bounds the memory of activations
 * @param padding largest share of padding among the tokens, from 0 (only rows of one length run together) to below 1
 */
public record BatchLimits(int rows, int tokens, double padding) {
    public BatchLimits {
        if (rows < 1)
            throw new IllegalArgumentException("The rows (" + rows + ") of an encoder's run must be at least 1.");
        if (tokens < 1)
            throw new IllegalArgumentException("The tokens (" + tokens + ") of an encoder's run must be at least 1.");
        if (!(padding >= 0 && padding < 1))
            throw new IllegalArgumentException(
                    "The padding (" + padding + ") of an encoder's run is a share, from 0 to below 1.");
    }

    /** {@return 64 rows, 8192 tokens, a quarter of them padding} */
    public static BatchLimits standard() {
        return new BatchLimits(64, 8192, 0.25);
    }

    /** {@return whether rows of that many tokens in all fit, padded to the longest} */
    boolean hold(int count, int longest, long sum) {
        long padded = (long) count * longest;
        return count <= 1 || (count <= rows && padded <= tokens && padded - sum <= padding * padded);
    }
}
