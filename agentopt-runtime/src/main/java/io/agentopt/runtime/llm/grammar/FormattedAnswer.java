package io.agentopt.runtime.llm.grammar;

import java.util.Arrays;
import java.util.Set;

/** One answer that is held to a format. */
public final class FormattedAnswer {
    private final AnswerFormat format;
    private final Set<Integer> stops;
    private State state;

    /** @param stops tokens that end the answer; they may come only where the format allows an end */
    public FormattedAnswer(AnswerFormat format, Set<Integer> stops) {
        this.format = format;
        this.stops = Set.copyOf(stops);
        state = format.start();
    }

    /** {@return whether any token may come next} */
    public boolean isFree() {
        return state.piece instanceof WordsOrCallsPiece && state.position == WordsOrCallsPiece.WORDS;
    }

    /** {@return whether nothing can follow, so that the answer is over} */
    public boolean isOver() {
        return format.isOver(state);
    }

    /** Gives tokens that may not come next the score -Infinity. {@return whether one may} */
    public boolean mask(float[] scores) {
        if (isFree()) return true;
        long[] allowed = format.mask(state);
        boolean[] ends = new boolean[stops.size()];
        float[] kept = new float[stops.size()];
        int[] ids = stops.stream().mapToInt(Integer::intValue).toArray();
        for (int i = 0; i < ids.length; i++) {
            ends[i] = ids[i] >= 0 && ids[i] < scores.length;
            if (ends[i]) kept[i] = scores[ids[i]];
        }
        boolean any = false;
        int whole = Math.min(scores.length, 64 * allowed.length);
        for (int w = 0; w < allowed.length && 64 * w < whole; w++) {
            long bits = allowed[w];
            int to = Math.min(whole, 64 * w + 64);
            if (bits == 0) Arrays.fill(scores, 64 * w, to, Float.NEGATIVE_INFINITY);
            else if (bits != -1) {
                for (int i = 64 * w; i < to; i++) if ((bits & 1L << i) == 0) scores[i] = Float.NEGATIVE_INFINITY;
            }
            any |= bits != 0;
        }
        Arrays.fill(scores, whole, scores.length, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < ids.length; i++) {
            if (!ends[i]) continue;
            scores[ids[i]] = state.isComplete() ? kept[i] : Float.NEGATIVE_INFINITY;
            any |= state.isComplete();
        }
        return any;
    }

    /** Goes on with a token. */
    public void take(int token) {
        if (!stops.contains(token)) state = format.after(state, token);
    }
}
