package io.agentopt.runtime.llm.grammar;

import java.util.List;

/** One of several pieces, told apart by their first byte. */
final class ChoicePiece implements Piece {
    private final List<Piece> pieces;

    ChoicePiece(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    @Override
    public State step(State at, int b, Grammar grammar) {
        for (Piece p : pieces) {
            State next = grammar.step(p.enter(at.rest(), grammar), b);
            if (next != State.DEAD) return next;
        }
        return State.DEAD;
    }

    @Override
    public boolean mayEnd(int position) {
        return false;
    }
}
