package io.agentopt.runtime.speech;

import java.util.List;
import java.util.Optional;

/**
 * What was heard.
 *
 * @param text without spaces at its ends; empty where nothing was said
 * @param language that was asked for or found; empty for models of one language, and where there was nothing to hear
 * @param segments of the text, in order: with {@link TranscribeOptions#timed} those between the model's time stamps, else the windows
 * @param windows what was generated for each window, in order
 * @param promptTokens tokens that the decoder was given, of all windows
 * @param outputTokens tokens that it generated, of all windows
 */
public record Transcription(
        String text,
        Optional<String> language,
        List<Segment> segments,
        List<Window> windows,
        int promptTokens,
        int outputTokens) {
    /** A part of the sound, in seconds from its beginning. */
    public record Span(double startSeconds, double endSeconds) {}

    /** What was said in a part of the sound, without spaces at its ends. */
    public record Segment(Span span, String text) {}

    /**
     * One window's text.
     *
     * @param span of the sound
     * @param tokens generated, time stamps and the end token included where they came
     * @param speech whether the model heard speech; otherwise the tokens are not part of the text
     * @param complete whether the end token came; otherwise the text is as long as the model writes for one window
     * @param temperature of the attempt that this is
     */
    public record Window(Span span, List<Integer> tokens, boolean speech, boolean complete, double temperature) {
        public Window {
            tokens = List.copyOf(tokens);
        }
    }

    public Transcription {
        segments = List.copyOf(segments);
        windows = List.copyOf(windows);
    }
}
