package io.agentopt.runtime.llm.grammar;

/** A part of a text, matched byte by byte. What it knows of its progress is a position, a number of its own; it begins at 0. */
interface Piece {
    /** {@return the state after a byte; {@link State#DEAD} if it cannot come} */
    State step(State at, int b, Grammar grammar);

    /** {@return whether the piece may be over at a position} */
    boolean mayEnd(int position);

    /** {@return the state before the piece, if {@code rest} follows it} */
    default State enter(State rest, Grammar grammar) {
        return grammar.state(this, 0, rest);
    }
}
