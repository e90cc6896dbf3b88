package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** Scores that a model wrote as float16, as float32. */
final class HalfScores {
    private HalfScores() {}

    /** Widens one position's scores. {@code halves} begins with them. */
    static void widen(MemorySegment halves, MemorySegment floats, int vocab) {
        for (int i = 0; i < vocab; i++) {
            floats.setAtIndex(JAVA_FLOAT, i, Float.float16ToFloat(halves.getAtIndex(JAVA_SHORT, i)));
        }
    }
}
