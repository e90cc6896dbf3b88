package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/** The most likely token of scores in host memory. */
final class HighestScore {
    private HighestScore() {}

    /** {@return the id of the highest, the lowest id on a tie; -1 if a score is NaN or infinite upwards, or none is above minus infinity} */
    static int of(MemorySegment scores, int n) {
        int best = -1;
        float highest = Float.NEGATIVE_INFINITY;
        float poison = 0; // turns NaN with any NaN or plus infinity
        for (int i = 0; i < n; i++) {
            float s = scores.getAtIndex(JAVA_FLOAT, i);
            if (s > highest) {
                highest = s;
                best = i;
            }
            poison += s == Float.NEGATIVE_INFINITY ? 0 : s * 0;
        }
        return Float.isNaN(poison) ? -1 : best;
    }
}
