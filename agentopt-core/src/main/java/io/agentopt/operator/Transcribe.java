package io.agentopt.operator;

import io.agentopt.message.Audio;
import java.util.Objects;
import java.util.Optional;

/**
 * Speech to text.
 *
 * @param model the recogniser
 * @param language of the speech, such as {@code en}, or empty to let the model find it
 * @param expectedSeconds mean length of the sound that the planner assumes, s
 * @param expectedTokens mean length of the text that the planner assumes, in tokens
 * @param work of one run, in place of what the planner's speech models say; needed for a model of which they know no shape
 */
public record Transcribe(
        ModelRef model, Optional<String> language, double expectedSeconds, double expectedTokens, Optional<Work> work)
        implements Operator<Audio, String> {
    /** Length of the sound that is assumed where a declaration says nothing, s. */
    public static final double DEFAULT_SECONDS = 5;

    /** Tokens of text in a second of speech: 150 words a minute of 4/3 tokens each. */
    public static final double TOKENS_PER_SECOND = 10 / 3.0;

    public Transcribe {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(work, "work");
        if (language.filter(String::isBlank).isPresent())
            throw new IllegalArgumentException("The language of recogniser '" + model + "' is blank. Leave it out.");
        if (!(expectedSeconds > 0) || Double.isInfinite(expectedSeconds))
            throw new IllegalArgumentException("The expectedSeconds (" + expectedSeconds + ") of recogniser '" + model
                    + "' must be finite and above 0.");
        if (!(expectedTokens >= 1) || Double.isInfinite(expectedTokens))
            throw new IllegalArgumentException("The expectedTokens (" + expectedTokens + ") of recogniser '" + model
                    + "' must be finite and at least 1.");
    }

    /** A recognition of default length, of any language. */
    public Transcribe(ModelRef model) {
        this(model, Optional.empty(), DEFAULT_SECONDS, DEFAULT_SECONDS * TOKENS_PER_SECOND, Optional.empty());
    }

    /** {@return this operator for one language, such as {@code en}} */
    public Transcribe language(String only) {
        return new Transcribe(model, Optional.of(only), expectedSeconds, expectedTokens, work);
    }

    /** {@return this operator with a mean length of the sound for the planner, s; the text is as long as speech is on average} */
    public Transcribe expecting(double seconds) {
        return expecting(seconds, Math.max(1, seconds * TOKENS_PER_SECOND));
    }

    /** {@return this operator with mean lengths for the planner: sound in seconds, text in tokens} */
    public Transcribe expecting(double seconds, double tokens) {
        return new Transcribe(model, language, seconds, tokens, work);
    }

    /** {@return this operator with what one run costs} */
    public Transcribe costing(Work ofARun) {
        return new Transcribe(model, language, expectedSeconds, expectedTokens, Optional.of(ofARun));
    }

    @Override
    public String kind() {
        return "transcribe";
    }
}
