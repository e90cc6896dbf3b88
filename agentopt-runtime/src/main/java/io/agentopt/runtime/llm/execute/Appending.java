package io.agentopt.runtime.llm.execute;

import java.util.function.ToIntFunction;

/**
 * How several tokens are appended to a row. Some exports were traced with one token at a time, and then put no causal mask among
 * appended ones: nothing fails, and the scores are wrong. Which they are shows when a few tokens are run in each way.
 */
enum Appending {
    /** As they come, in one run behind what the row holds. */
    CHUNKS,
    /** By a run over the whole text up to them. */
    WHOLE,
    /** One token a run. */
    SINGLE;

    /** Tokens of the trial. */
    static final int TRIAL = 4;

    // Of the span of all scores. Quantised activations differ by about one part in a hundred between the ways; a token
    // that sees the
    // next one differs by more than a tenth.
    private static final float SAME = 0.05f;

    /**
     * {@return the fastest way that gives the scores of one token a run}
     *
     * @param single scores after the trial, one token a run
     * @param whole scores of all in one run
     * @param chunks scores of two runs, of which the second appends several tokens
     */
    static Appending of(float[] single, float[] whole, float[] chunks) {
        float lowest = Float.POSITIVE_INFINITY, highest = Float.NEGATIVE_INFINITY;
        for (float s : single) {
            lowest = Math.min(lowest, s);
            highest = Math.max(highest, s);
        }
        float allowed = SAME * (highest - lowest);
        ToIntFunction<float[]> differing = other -> {
            int count = 0;
            for (int i = 0; i < other.length; i++) if (!(Math.abs(other[i] - single[i]) <= allowed)) count++;
            return count;
        };
        if (differing.applyAsInt(whole) > 0) return SINGLE;
        return differing.applyAsInt(chunks) > 0 ? WHOLE : CHUNKS;
    }
}
