package io.agentopt.runtime.speech;

import java.util.Arrays;
import java.util.List;

/**
 * Which tokens may follow in a text with time stamps, by Whisper's rules: the text begins with a stamp of the first second; stamps come in pairs, the end of
 * one segment and the beginning of the next, or alone before the end; they do not go back, and a segment takes some time; and where stamps together are more
 * probable than any word, a stamp follows.
 */
final class TimeRules {
    /** Seconds from stamp to stamp. */
    static final double STEP = 0.02;

    private static final int LATEST_BEGIN = 50; // a second
    private static final int STAMPS = 1501; // 0.00 to 30.00; vocabularies may be padded behind them

    private final int first;
    private final int end;

    /**
     * @param noTimestamps the token before the first stamp
     * @param end the token that ends a text; words lie before it
     */
    TimeRules(int noTimestamps, int end) {
        first = noTimestamps + 1;
        this.end = end;
    }

    boolean isStamp(int token) {
        return token >= first;
    }

    /** {@return seconds from the beginning of a window} */
    double seconds(int stamp) {
        return (stamp - first) * STEP;
    }

    /** Takes out what must not follow. */
    void apply(List<Integer> text, float[] scores) {
        int last = Math.min(scores.length, first + STAMPS);
        out(scores, first - 1, first);
        out(scores, last, scores.length);
        if (text.isEmpty()) {
            out(scores, 0, first);
            out(scores, Math.min(last, first + LATEST_BEGIN + 1), last);
            return;
        }
        int n = text.size();
        boolean stamp = isStamp(text.getLast()), pair = stamp && (n < 2 || isStamp(text.get(n - 2)));
        if (pair) out(scores, first, last);
        else if (stamp) words(scores);
        for (int i = n - 1; i >= 0; i--) {
            if (!isStamp(text.get(i))) continue;
            out(scores, first, Math.min(last, stamp && !pair ? text.get(i) : text.get(i) + 1));
            break;
        }
        if (stampIsLikelier(scores, last)) {
            words(scores);
            scores[end] = Float.NEGATIVE_INFINITY;
        }
    }

    /** Words and other tokens below the stamps, but the end. */
    private void words(float[] scores) {
        float ending = scores[end];
        out(scores, 0, first);
        scores[end] = ending;
    }

    private boolean stampIsLikelier(float[] scores, int last) {
        float word = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < first; i++) word = Math.max(word, scores[i]);
        return WindowText.logSum(Arrays.copyOfRange(scores, first, last)) > word;
    }

    private static void out(float[] scores, int from, int to) {
        if (from < to) Arrays.fill(scores, from, to, Float.NEGATIVE_INFINITY);
    }
}
