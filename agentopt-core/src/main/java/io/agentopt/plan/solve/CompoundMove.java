package io.agentopt.plan.solve;

/** Several operators that change their modes together, and can go back. */
final class CompoundMove {
    private final SearchState state;
    private final int[] moved;
    private final int[] movedFrom;
    private int count;

    CompoundMove(SearchState state) {
        this.state = state;
        moved = new int[state.p.operators];
        movedFrom = new int[state.p.operators];
    }

    /** Begins another: what the last one moved stays. */
    void begin() {
        count = 0;
    }

    /** Gives an operator, each at most once, a mode. */
    void place(int operator, int mode) {
        int from = state.mode[operator];
        if (from == mode) return;
        moved[count] = operator;
        movedFrom[count++] = from;
        state.consider(operator, mode);
        state.apply(operator, mode, true);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Puts everything back, the last first. */
    void undo() {
        while (count > 0) {
            count--;
            state.consider(moved[count], movedFrom[count]);
            state.apply(moved[count], movedFrom[count], true);
        }
    }
}
