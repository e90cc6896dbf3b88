package io.agentopt.runtime.speech;

import io.agentopt.runtime.speech.Transcription.Segment;
import io.agentopt.runtime.speech.Transcription.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Cuts what was generated for a window into segments at its time stamps. */
final class TimedText {
    private TimedText() {}

    /**
     * {@return the segments that have a text; times lie within the window's sound, and what has no end stamp goes to the window's end}
     *
     * @param text of tokens
     */
    static List<Segment> segments(Transcription.Window window, TimeRules times, Function<List<Integer>, String> text) {
        List<Segment> all = new ArrayList<>();
        List<Integer> words = new ArrayList<>();
        double begin = window.span().startSeconds();
        for (int token : window.tokens()) {
            if (!times.isStamp(token)) {
                words.add(token);
                continue;
            }
            double at = Math.min(
                    window.span().startSeconds() + times.seconds(token),
                    window.span().endSeconds());
            add(all, new Span(begin, at), text.apply(words));
            words.clear();
            begin = at;
        }
        add(all, new Span(begin, window.span().endSeconds()), text.apply(words));
        return all;
    }

    private static void add(List<Segment> all, Span span, String text) {
        if (!text.isBlank()) all.add(new Segment(span, text.strip()));
    }
}
