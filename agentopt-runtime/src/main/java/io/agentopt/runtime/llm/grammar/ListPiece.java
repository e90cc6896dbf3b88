package io.agentopt.runtime.llm.grammar;

/** A JSON array, or an object of any number of members: something between two brackets, with commas. */
final class ListPiece implements Piece {
    private static final int OPENED = 1; // OPENED + n after n items
    private final char open, close;
    private final Piece item;
    private final Piece comma;
    private final int min, max;
    private final int counted;

    /** @param comma stands between two items */
    ListPiece(String brackets, Piece item, Piece comma, int min, int max) {
        open = brackets.charAt(0);
        close = brackets.charAt(1);
        this.item = item;
        this.comma = comma;
        this.min = min;
        this.max = max;
        counted = max < Integer.MAX_VALUE ? max : Math.max(min, 1); // beyond that, one more makes no difference
    }

    @Override
    public State step(State at, int b, Grammar grammar) {
        if (at.position == 0) return b == open ? grammar.state(this, OPENED, at.rest()) : State.DEAD;
        int items = at.position - OPENED;
        if (b == close) return items >= min ? at.rest() : State.DEAD;
        if (items >= max) return State.DEAD;
        State next = item.enter(grammar.state(this, OPENED + Math.min(items + 1, counted), at.rest()), grammar);
        return grammar.step(items == 0 ? next : comma.enter(next, grammar), b);
    }

    @Override
    public boolean mayEnd(int position) {
        return false;
    }
}
