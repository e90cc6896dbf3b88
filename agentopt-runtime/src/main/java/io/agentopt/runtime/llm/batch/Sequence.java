package io.agentopt.runtime.llm.batch;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tokens whose keys and values lie in a row of the device's cache. Only the device's thread touches it, except the length before a decode. */
public final class Sequence {
    private int row;
    private int[] tokens;
    private int held;
    private int filling;
    private final AtomicBoolean givenUp = new AtomicBoolean();

    Sequence(int row, int[] tokens, int held) {
        this.row = row;
        this.tokens = tokens;
        this.held = held;
    }

    /** {@return whether this is the first time} */
    boolean giveUp() {
        return givenUp.compareAndSet(false, true);
    }

    int row() {
        return row;
    }

    void row(int moved) {
        row = moved;
    }

    /** {@return positions that the row holds} */
    public int held() {
        return held;
    }

    void held(int positions) {
        held = positions;
    }

    /** {@return positions that the row holds, or will when the run in flight is over} */
    int reserved() {
        return Math.max(held, filling);
    }

    /** Tells how many positions a run in flight fills; 0 if there is none. */
    void filling(int positions) {
        filling = positions;
    }

    /** {@return the tokens of the positions that the row holds} */
    public int[] tokens() {
        return Arrays.copyOf(tokens, held);
    }

    int[] all() {
        return tokens;
    }

    /** One more position was appended. */
    void append(int token) {
        if (held == tokens.length) tokens = Arrays.copyOf(tokens, Math.max(16, 2 * held));
        tokens[held++] = token;
    }
}
