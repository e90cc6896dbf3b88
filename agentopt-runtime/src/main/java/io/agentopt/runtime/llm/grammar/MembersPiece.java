package io.agentopt.runtime.llm.grammar;

/** The members of an object from one on, up to its closing brace. */
final class MembersPiece implements Piece {
    private final Piece names; // of the members that may be next, each with what belongs to it
    private final boolean mayClose;

    /** @param names with the comma before, if a member came already */
    MembersPiece(Piece names, boolean mayClose) {
        this.names = names;
        this.mayClose = mayClose;
    }

    @Override
    public State step(State at, int b, Grammar grammar) {
        if (b == '}') return mayClose ? at.rest() : State.DEAD;
        return grammar.step(names.enter(at.rest(), grammar), b);
    }

    @Override
    public boolean mayEnd(int position) {
        return false;
    }
}
