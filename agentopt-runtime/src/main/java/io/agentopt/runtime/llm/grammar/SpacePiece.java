package io.agentopt.runtime.llm.grammar;

/** One space or none. More would let a weak model write white space until its limit. */
final class SpacePiece implements Piece {
    @Override
    public State step(State at, int b, Grammar grammar) {
        return b == ' ' ? at.rest() : grammar.step(at.rest(), b);
    }

    @Override
    public boolean mayEnd(int position) {
        return true;
    }
}
