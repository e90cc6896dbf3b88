package io.agentopt.runtime.llm;

import java.util.SplittableRandom;

/** Prompts for tests. */
public final class Prompts {
    private Prompts() {}

    /** {@return byte tokens drawn from a seed} */
    public static int[] tokens(int n, long seed) {
        return new SplittableRandom(seed).ints(n, 32, 127).toArray();
    }
}
