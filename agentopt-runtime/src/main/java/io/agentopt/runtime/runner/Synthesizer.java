package io.agentopt.runtime.runner;

import io.agentopt.message.Audio;
import java.util.Optional;

/** Turns text into speech. */
@FunctionalInterface
public interface Synthesizer {
    /**
     * {@return the text, spoken}
     *
     * @param voice of the model, or empty for its own choice
     */
    Audio synthesize(String text, Optional<String> voice) throws Exception;
}
