package io.agentopt.runtime.llm.grammar;

import java.util.Arrays;
import java.util.Set;

/** One answer that is held to a format. */
public final class FormattedAnswer {
    private final AnswerFormat format;
    private final Set<Integer> stops;
    private final float[] kept = new float[32];
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
        float[] ending = new float[stops.size()];
        int[] ids = stops.stream().mapToInt(Integer::intValue).toArray();
        for (int i = 0; i < ids.length; i++) {
            ends[i] = ids[i] >= 0 && ids[i] < scores.length;
            if (ends[i]) ending[i] = scores[ids[i]];
        }
        boolean any = false;
        int whole = Math.min(scores.length, 64 * allowed.length);
        for (int w = 0; 64 * w < whole; w++) {
            any |= allowed[w] != 0;
            keep(allowed[w], scores, 64 * w, Math.min(whole, 64 * w + 64));
        }
        Arrays.fill(scores, whole, scores.length, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < ids.length; i++) {
            if (!ends[i]) continue;
            scores[ids[i]] = state.isComplete() ? ending[i] : Float.NEGATIVE_INFINITY;
            any |= state.isComplete();
        }
        return any;
    }

    // Touches only what is rarer, tokens that may come or tokens that may not.
    private void keep(long bits, float[] scores, int from, int to) {
        if (bits == -1) return;
        if (Long.bitCount(bits) > kept.length) {
            for (long off = ~bits; off != 0; off &= off - 1) {
                int i = from + Long.numberOfTrailingZeros(off);
                if (i < to) scores[i] = Float.NEGATIVE_INFINITY;
            }
            return;
        }
        int n = 0;
        for (long on = bits; on != 0; on &= on - 1) {
            int i = from + Long.numberOfTrailingZeros(on);
            if (i < to) kept[n++] = scores[i];
        }
        Arrays.fill(scores, from, to, Float.NEGATIVE_INFINITY);
        n = 0;
        for (long on = bits; on != 0; on &= on - 1) {
            int i = from + Long.numberOfTrailingZeros(on);
            if (i < to) scores[i] = kept[n++];
        }
    }

    /** Goes on with a token. */
    public void take(int token) {
        if (!stops.contains(token)) state = format.after(state, token);
    }
}
