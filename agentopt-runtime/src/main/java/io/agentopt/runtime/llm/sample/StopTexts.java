package io.agentopt.runtime.llm.sample;

import io.agentopt.operator.OutputFormat;
import io.agentopt.operator.Sampling;
import java.util.List;

/**
 * Looks for stop texts in an answer while it is written. The answer ends before the stop text that is complete first, of several
 * that end at the same letter the longest. What may yet become a stop text is held back. JSON that a format asks for is not looked at.
 */
public final class StopTexts {
    private static final int UNDECIDED = 0, LOOKING = 1, IDLE = 2;

    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private final int longest;
    private int looking;
    private boolean found;

    public StopTexts(Sampling sampling) {
        stops = sampling.stops();
        longest = stops.stream().mapToInt(String::length).max().orElse(0);
        looking = stops.isEmpty()
                ? IDLE
                : switch (sampling.format()) {
                    case OutputFormat.Free _ -> LOOKING;
                    case OutputFormat.Json _ -> IDLE;
                    case OutputFormat.Calls c -> c.answerAllowed() ? UNDECIDED : IDLE;
                };
    }

    /** {@return whether nothing is ever looked for} */
    public boolean isIdle() {
        return looking == IDLE;
    }

    /** {@return whether a stop text came; no text follows} */
    public boolean isFound() {
        return found;
    }

    /** {@return text that belongs to the answer for certain, after some more of it was written} */
    public String next(String text) {
        if (looking == IDLE) return text;
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && !found; i++) letter(text.charAt(i), out);
        return out.toString();
    }

    private void letter(char letter, StringBuilder out) {
        if (looking == UNDECIDED && " \n\r\t".indexOf(letter) < 0)
            looking = letter == '{' || letter == '[' ? IDLE : LOOKING;
        held.append(letter);
        if (looking == IDLE) {
            give(held.length(), out);
            return;
        }
        int cut = stops.stream()
                .filter(s -> endsWith(s, s.length()))
                .mapToInt(String::length)
                .max()
                .orElse(0);
        if (cut > 0) {
            give(held.length() - cut, out);
            held.setLength(0);
            found = true;
            return;
        }
        int keep = Math.min(held.length(), longest - 1);
        while (keep > 0 && !mayBecome(keep)) keep--;
        give(held.length() - keep, out);
    }

    private boolean mayBecome(int last) {
        for (String s : stops) if (last < s.length() && endsWith(s, last)) return true;
        return false;
    }

    private boolean endsWith(String stop, int length) {
        int from = held.length() - length;
        if (from < 0) return false;
        for (int i = 0; i < length; i++) if (held.charAt(from + i) != stop.charAt(i)) return false;
        return true;
    }

    private void give(int letters, StringBuilder out) {
        out.append(held, 0, letters);
        held.delete(0, letters);
    }

    /** {@return what was held back, at the end of the answer} */
    public String finish() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }
}
