package io.agentopt.runtime.speech;

import java.util.List;

/**
 * When a window's text is not believed and written again, at the next temperature, and when there was nobody speaking. Thresholds and temperatures of
 * {@link #WHISPER} are those of Radford et al. 2022, section 4.5.
 *
 * @param temperatures of the further attempts, rising, each above the sampling's own; none to take the first text as it is
 * @param mostCompression bytes of a text by its deflated bytes, above which it repeats itself too often
 * @param leastLogProbability mean of a text's tokens, natural logarithm, below which it is improbable
 * @param noSpeechProbability above which a window whose text is improbable is taken for silence
 */
public record Fallback(
        List<Double> temperatures, double mostCompression, double leastLogProbability, double noSpeechProbability) {
    /** No further attempts. */
    public static final Fallback NONE = new Fallback(List.of(), 2.4, -1, 0.6);

    /** Up to five further attempts. */
    public static final Fallback WHISPER = new Fallback(List.of(0.2, 0.4, 0.6, 0.8, 1.0), 2.4, -1, 0.6);

    public Fallback {
        temperatures = List.copyOf(temperatures);
        double before = 0;
        for (double t : temperatures) {
            if (!(t > before) || Double.isInfinite(t))
                throw new IllegalArgumentException(
                        "The temperatures " + temperatures + " of a fallback must be positive and rise.");
            before = t;
        }
        if (!(mostCompression > 0))
            throw new IllegalArgumentException(
                    "The mostCompression (" + mostCompression + ") of a fallback must be positive.");
        if (!(leastLogProbability <= 0))
            throw new IllegalArgumentException("The leastLogProbability (" + leastLogProbability
                    + ") of a fallback is a logarithm of a probability, so at most 0.");
        if (!(noSpeechProbability >= 0 && noSpeechProbability <= 1))
            throw new IllegalArgumentException(
                    "The noSpeechProbability (" + noSpeechProbability + ") of a fallback must be in [0, 1].");
    }
}
