package io.agentopt.operator;

/**
 * What lowers the scores of tokens that came before.
 *
 * @param repetition positive scores of tokens of the prompt or the answer are divided by it, negative ones multiplied; 1 does nothing
 * @param frequency subtracted once for each time that the answer has the token; 0 does nothing
 * @param presence subtracted once if the answer has the token; 0 does nothing
 */
public record Penalties(double repetition, double frequency, double presence) {
    /** Nothing is lowered. */
    public static final Penalties NONE = new Penalties(1, 0, 0);

    public Penalties {
        if (!(repetition > 0) || Double.isInfinite(repetition))
            throw new IllegalArgumentException(
                    "The repetition penalty (" + repetition + ") must be positive; 1 does nothing.");
        if (!Double.isFinite(frequency))
            throw new IllegalArgumentException("The frequency penalty (" + frequency + ") must be finite.");
        if (!Double.isFinite(presence))
            throw new IllegalArgumentException("The presence penalty (" + presence + ") must be finite.");
        frequency += 0.0; // -0 is 0
        presence += 0.0;
    }

    /** {@return whether nothing is lowered} */
    public boolean isNone() {
        return equals(NONE);
    }
}
