package io.agentopt.runtime.llm.grammar;

import io.agentopt.operator.OutputFormat;
import java.util.HashMap;
import java.util.Map;

/**
 * The texts of an output format, as an automaton over bytes whose states are made when they are first reached. It has a stack (a
 * state knows what follows it), so values may be nested; any value to {@link JsonPieces#DEEPEST} levels. JSON is generated without white
 * space except one space that may follow a colon or comma, properties in the order of their schema, numbers with at most 15
 * digits before and 15 behind the point and exponents of two digits: all of it is JSON, not all JSON is generated. One thread
 * uses it.
 */
final class Grammar {
    private static final int MOST_STATES = 1 << 14; // some 20 MB with their transitions

    private record Key(Piece piece, int position, State rest) {}

    private final Map<Key, State> states = new HashMap<>();
    private final State start;

    private Grammar(Piece whole) {
        start = whole.enter(State.END, this);
    }

    static Grammar of(OutputFormat format) {
        return new Grammar(JsonPieces.of(format));
    }

    /** {@return before the first byte} */
    State start() {
        return start;
    }

    /** {@return after another byte, 0 to 255} */
    State step(State state, int b) {
        return state.next(b, this);
    }

    /** {@return after more bytes} */
    State step(State state, byte[] bytes) {
        State at = state;
        for (byte b : bytes) at = at.next(b & 0xFF, this);
        return at;
    }

    /** {@return whether the text fits and nothing can follow} */
    boolean isOver(State state) {
        if (!state.isComplete()) return false;
        for (int b = 0; b < 256; b++) if (step(state, b) != State.DEAD) return false;
        return true;
    }

    State state(Piece piece, int position, State rest) {
        if (states.size() > MOST_STATES) states.clear(); // states in use live on, they are only made again
        return states.computeIfAbsent(
                new Key(piece, position, rest),
                k -> new State(piece, position, rest, piece.mayEnd(position) && rest.isComplete()));
    }
}
