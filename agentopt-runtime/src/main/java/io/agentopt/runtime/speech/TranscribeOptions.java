package io.agentopt.runtime.speech;

import io.agentopt.operator.Sampling;
import java.util.Objects;
import java.util.Optional;

/**
 * What is wanted of sound.
 *
 * @param language of the speech, such as {@code en}; empty to let the model find it in the first windows
 * @param translated whether the text shall be English, whatever is spoken
 * @param sampling how tokens are chosen; of its parts those apply that need no text: no format, no stop texts
 * @param fallback when a text is written again, and when nobody spoke
 * @param timed whether the model says when what was said, for {@link Transcription#segments}
 */
public record TranscribeOptions(
        Optional<String> language, boolean translated, Sampling sampling, Fallback fallback, boolean timed) {
    /** The words, in the language that the model hears, the likeliest tokens, at the first attempt, without times. */
    public static final TranscribeOptions DEFAULTS =
            new TranscribeOptions(Optional.empty(), false, Sampling.greedy(), Fallback.NONE, false);

    public TranscribeOptions {
        Objects.requireNonNull(language, "language");
        Objects.requireNonNull(fallback, "fallback");
        if (!sampling.stops().isEmpty() || !sampling.format().isFree()) {
            throw new IllegalArgumentException("The sampling of a transcription (" + sampling
                    + ") has stop texts or a format, which speech does not keep to. Leave them out.");
        }
    }

    /** {@return these options for one language} */
    public TranscribeOptions language(String code) {
        return new TranscribeOptions(Optional.of(code), translated, sampling, fallback, timed);
    }

    /** {@return these options with a text in English} */
    public TranscribeOptions toEnglish() {
        return new TranscribeOptions(language, true, sampling, fallback, timed);
    }

    /** {@return these options with another choice of tokens} */
    public TranscribeOptions sampling(Sampling other) {
        return new TranscribeOptions(language, translated, other, fallback, timed);
    }

    /** {@return these options with further attempts for a text that is not believed} */
    public TranscribeOptions fallback(Fallback other) {
        return new TranscribeOptions(language, translated, sampling, other, timed);
    }

    /** {@return these options with times} */
    public TranscribeOptions withTimes() {
        return new TranscribeOptions(language, translated, sampling, fallback, true);
    }
}
