package io.agentopt.runtime.llm.pack;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The tokens that steer a speech recogniser.
 *
 * @param start begins every prompt
 * @param end ends a text
 * @param languages by code, such as {@code en}; empty for models of one language, whose prompts name none
 * @param transcribe asks for the words; of models of several languages
 * @param translate asks for them in English; of models of several languages
 * @param noTimestamps asks for text alone; what follows it in the vocabulary are time stamps
 * @param noSpeech what the model says where it hears no speech
 * @param suppressed never chosen
 * @param beginSuppressed not chosen first
 * @param maxLength most tokens of a window, prompt included
 */
public record SpeechTokens(
        int start,
        int end,
        Map<String, Integer> languages,
        OptionalInt transcribe,
        OptionalInt translate,
        OptionalInt noTimestamps,
        OptionalInt noSpeech,
        List<Integer> suppressed,
        List<Integer> beginSuppressed,
        int maxLength) {
    public SpeechTokens {
        languages = java.util.Collections.unmodifiableMap(new TreeMap<>(languages));
        suppressed = List.copyOf(suppressed);
        beginSuppressed = List.copyOf(beginSuppressed);
    }
}
