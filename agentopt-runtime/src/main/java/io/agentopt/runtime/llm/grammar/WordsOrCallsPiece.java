package io.agentopt.runtime.llm.grammar;

/** Tool calls, or an answer in words: what begins, after white space, with neither a brace nor a bracket. */
final class WordsOrCallsPiece implements Piece {
    /** Within an answer in words. */
    static final int WORDS = 1;

    private final Piece calls;

    WordsOrCallsPiece(Piece calls) {
        this.calls = calls;
    }

    @Override
    public State step(State at, int b, Grammar grammar) {
        if (at.position == WORDS) return at;
        return switch (b) {
            case ' ', '\n', '\r', '\t' -> at;
            case '{', '[' -> grammar.step(calls.enter(at.rest(), grammar), b);
            default -> grammar.state(this, WORDS, at.rest());
        };
    }

    @Override
    public boolean mayEnd(int position) {
        return true;
    }
}
