package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.llm.kv.KvRows;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Which sequence lies in which row. Free rows are given out lowest first, so that those in use stay neighbours. */
final class RowTable {
    private final KvRows kv;
    private final @Nullable Sequence[] rows;
    private final AtomicInteger taken = new AtomicInteger(); // a row counts until its owner gives it up

    RowTable(KvRows kv) {
        this.kv = kv;
        rows = new Sequence[kv.rows()];
    }

    /** {@return rows whose owners have not given them up; any thread may ask} */
    int taken() {
        return taken.get();
    }

    boolean hasFree() {
        return lowestFree() < rows.length;
    }

    Sequence take(int[] tokens) {
        int row = lowestFree();
        Sequence sequence = new Sequence(row, tokens, 0);
        rows[row] = sequence;
        taken.incrementAndGet();
        return sequence;
    }

    private int lowestFree() {
        for (int r = 0; r < rows.length; r++) if (rows[r] == null) return r;
        return rows.length;
    }

    /** The owner needs the row no longer; any thread may tell, once. {@return whether it was the first time} */
    boolean giveUp(Sequence sequence) {
        if (!sequence.giveUp()) return false;
        taken.decrementAndGet();
        return true;
    }

    /** Frees the row of a sequence that was given up. */
    void free(Sequence sequence) {
        rows[sequence.row()] = null;
    }

    /** {@return positions held by each row, those included that a run in flight fills} */
    int[] held() {
        int[] held = new int[rows.length];
        for (int r = 0; r < rows.length; r++) {
            Sequence s = rows[r];
            held[r] = s == null ? 0 : s.reserved();
        }
        return held;
    }

    /** Moves a sequence to the lowest free row, if that lies before its own. {@return whether it moved} */
    boolean moveDown(Sequence sequence) {
        int from = sequence.row(), to = lowestFree();
        if (to > from) return false;
        kv.move(from, to, sequence.held());
        rows[to] = sequence;
        rows[from] = null;
        sequence.row(to);
        return true;
    }
}
