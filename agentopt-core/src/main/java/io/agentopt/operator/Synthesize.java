package io.agentopt.operator;

import io.agentopt.message.Audio;
import java.util.Objects;
import java.util.Optional;

/**
 * Text to speech. Any two readings of a text by one voice may stand for each other, so equal ones may be merged.
 *
 * @param model the synthesiser
 * @param voice of the model, or empty for its own choice
 * @param work of one run for the planner; no catalog knows it
 */
public record Synthesize(ModelRef model, Optional<String> voice, Optional<Work> work)
        implements Operator<String, Audio> {
    public Synthesize {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(work, "work");
        if (voice.filter(String::isBlank).isPresent())
            throw new IllegalArgumentException("The voice of synthesiser '" + model + "' is blank. Leave it out.");
    }

    /** A synthesis in the model's own voice. */
    public Synthesize(ModelRef model) {
        this(model, Optional.empty(), Optional.empty());
    }

    /** {@return this operator with a voice} */
    public Synthesize voice(String name) {
        return new Synthesize(model, Optional.of(name), work);
    }

    /** {@return this operator with what one run costs} */
    public Synthesize costing(Work ofARun) {
        return new Synthesize(model, voice, Optional.of(ofARun));
    }

    @Override
    public String kind() {
        return "synthesize";
    }
}
