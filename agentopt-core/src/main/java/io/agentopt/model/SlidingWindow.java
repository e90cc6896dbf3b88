package io.agentopt.model;

/**
 * Attention that sees the last tokens only, in some of a model's layers.
 *
 * @param tokens tokens that a new token sees in those layers, itself included; 0 for full attention everywhere
 * @param layers how many layers have the window
 */
public record SlidingWindow(int tokens, int layers) {
    /** Every layer sees the whole context. */
    public static final SlidingWindow NONE = new SlidingWindow(0, 0);

    public SlidingWindow {
        if (tokens < 0 || layers < 0 || (tokens == 0) != (layers == 0)) {
            throw new IllegalArgumentException("A window of " + tokens + " tokens in " + layers
                    + " layers is inconsistent: both must be positive, or both 0.");
        }
    }

    /** {@return tokens that a windowed layer keeps of a context} */
    public double kept(double context) {
        return Math.min(context, tokens);
    }

    /** {@return tokens seen by the tokens at positions 1 to n of one sequence together: sum of min(i, w)} */
    public double seenUpTo(double n) {
        double inside = Math.min(n, tokens);
        return inside * (inside + 1) / 2 + (n - inside) * tokens;
    }
}
