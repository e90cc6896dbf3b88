package io.agentopt.runtime.llm.grammar;

import java.util.List;

/** Pieces in order. It is taken apart when it begins, so it is never in a state. */
record SequencePiece(List<Piece> pieces) implements Piece {
    static final SequencePiece NOTHING = of();

    SequencePiece {
        pieces = List.copyOf(pieces);
    }

    static SequencePiece of(Piece... pieces) {
        return new SequencePiece(List.of(pieces));
    }

    @Override
    public State enter(State rest, Grammar grammar) {
        State at = rest;
        for (Piece p : pieces.reversed()) at = p.enter(at, grammar);
        return at;
    }

    @Override
    public State step(State at, int b, Grammar grammar) {
        throw new IllegalStateException("A sequence has no state of its own.");
    }

    @Override
    public boolean mayEnd(int position) {
        throw new IllegalStateException("A sequence has no state of its own.");
    }
}
