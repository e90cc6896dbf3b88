package io.agentopt.runtime.speech;

import java.util.List;
import java.util.Optional;

/**
 * What was heard.
 *
 * @param text without spaces at its ends; empty where nothing was said
 * @param language that was asked for or found; empty for models of one language, and where there was nothing to hear
 * @param windows what was generated for each window, in order
 * @param promptTokens tokens that the decoder was given, of all windows
 * @param outputTokens tokens that it generated, of all windows
 */
public record Transcription(
        String text, Optional<String> language, List<Window> windows, int promptTokens, int outputTokens) {
    /**
     * One window's text.
     *
     * @param tokens generated, the end token included where it came
     * @param speech whether the model heard speech; otherwise the tokens are not part of the text
     * @param complete whether the end token came; otherwise the text is as long as the model writes for one window
     */
    public record Window(List<Integer> tokens, boolean speech, boolean complete) {
        public Window {
            tokens = List.copyOf(tokens);
        }
    }

    public Transcription {
        windows = List.copyOf(windows);
    }
}
