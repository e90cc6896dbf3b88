package io.agentopt.runtime.llm.execute;

import java.util.Arrays;
import java.util.List;

/**
 * Which decode step a device has in its inputs: the kernels that choose leave there what the step after would begin with, so that
 * one can be queued before the host knows its tokens. Steps take turns with two slots for scores and ids, because the host
 * may still ask for those of the step before.
 */
final class StepChain {
    private final int capacity;
    private final int[] positions; // by row, of the token of the last queued step
    private int covered;
    private int[] rows = {};
    private List<Draw> draws = List.of(); // by index of rows
    private long changes; // of the caches, when the step was queued
    private boolean ahead; // whether a step is queued that nobody has asked for
    private int slot; // of the last step that was asked for

    StepChain(int rows, int capacity) {
        this.capacity = capacity;
        positions = new int[rows];
    }

    /** {@return the slot of the last step that was asked for: 0 or 1} */
    int slot() {
        return slot;
    }

    /**
     * A step is asked for; its slot is the other one.
     *
     * @param chosen tokens of the step before, by row; -1 where scores are no numbers
     * @param cacheChanges since ever
     * @return whether it is the one that is queued already. If not, the caller tells its positions and queues it
     */
    boolean take(DecodeStep step, int covers, int[] chosen, long cacheChanges) {
        boolean same = ahead && covers == covered && cacheChanges == changes && Arrays.equals(rows, step.rows());
        for (int i = 0; same && i < rows.length; i++) {
            same = positions[rows[i]] == step.held()[rows[i]]
                    && chosen[rows[i]] == step.tokens()[i]
                    && step.draws().get(i).drawsAs(draws.get(i));
        }
        ahead = false;
        slot = 1 - slot;
        covered = covers;
        rows = step.rows();
        draws = step.draws();
        return same;
    }

    /** Tells where the token of a row goes in the step that was asked for. */
    void position(int row, int at) {
        positions[row] = at;
    }

    /** {@return whether the step after may be queued: every token goes behind what its row holds} */
    boolean mayGoOn(DecodeStep step) {
        for (int r = 0; r < covered; r++) {
            int held = r < step.held().length ? step.held()[r] : 0;
            if (positions[r] + 1 >= capacity || positions[r] + 1 < held) return false;
        }
        return true;
    }

    /** The step after is queued, with the other slot, and with these draws. */
    void goesOn(List<Draw> next, long cacheChanges) {
        for (int r = 0; r < covered; r++) positions[r]++;
        draws = next;
        changes = cacheChanges;
        ahead = true;
    }

    /** A row gets a text of its own; a step that is queued for it does not count. */
    void drop(int row) {
        if (Arrays.binarySearch(rows, row) >= 0) ahead = false;
    }

    /** What was queued does not count. */
    void drop() {
        ahead = false;
    }
}
