package io.agentopt.runtime.runner;

import io.agentopt.message.Audio;
import java.util.Optional;

/** Turns speech into text. */
@FunctionalInterface
public interface Transcriber {
    /**
     * {@return what is said}
     *
     * @param language of the speech, or empty to find it
     */
    String transcribe(Audio speech, Optional<String> language) throws Exception;
}
