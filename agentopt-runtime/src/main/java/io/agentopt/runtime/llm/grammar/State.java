package io.agentopt.runtime.llm.grammar;

import org.jspecify.annotations.Nullable;

/**
 * How far a text has come: within a piece, and what follows it. Equal states of a grammar are one object, which remembers
 * where each byte leads.
 */
final class State {
    private static final Piece NOTHING = new Piece() {
        @Override
        public State step(State at, int b, Grammar grammar) {
            return DEAD;
        }

        @Override
        public boolean mayEnd(int position) {
            return true;
        }
    };

    /** The text is over; nothing can follow. */
    static final State END = new State(NOTHING, 0, null, true);

    /** No text that fits begins like this. */
    static final State DEAD = new State(NOTHING, 1, null, false);

    final Piece piece;
    final int position;
    private final @Nullable State rest;
    private final boolean complete;
    private State @Nullable [] next;

    State(Piece piece, int position, @Nullable State rest, boolean complete) {
        this.piece = piece;
        this.position = position;
        this.rest = rest;
        this.complete = complete;
    }

    /** {@return what follows the piece} */
    State rest() {
        State found = rest;
        if (found == null) throw new IllegalStateException("Nothing follows the end.");
        return found;
    }

    /** {@return whether the text may end here} */
    boolean isComplete() {
        return complete;
    }

    State next(int b, Grammar grammar) {
        if (this == DEAD || this == END) return DEAD; // shared by all grammars
        State[] known = next;
        if (known == null) {
            known = new State[256];
            next = known;
        }
        State found = known[b];
        if (found == null) {
            found = piece.step(this, b, grammar);
            known[b] = found;
        }
        return found;
    }
}
