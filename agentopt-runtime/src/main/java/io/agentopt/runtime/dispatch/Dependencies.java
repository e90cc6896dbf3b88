package io.agentopt.runtime.dispatch;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntPredicate;

/** Which steps of a block wait for which, computed once when the program is loaded. Steps are numbered in program order. */
final class Dependencies {
    private final List<Set<Integer>> predecessors;
    private final int[] counts;
    private final int[][] dependents;

    /** @param predecessors of each step; all of them come earlier in program order */
    Dependencies(List<Set<Integer>> predecessors) {
        this.predecessors = predecessors.stream().map(Set::copyOf).toList();
        int n = predecessors.size();
        counts = new int[n];
        int[] outgoing = new int[n];
        for (Set<Integer> before : predecessors) for (int p : before) outgoing[p]++;
        dependents = new int[n][];
        for (int i = 0; i < n; i++) dependents[i] = new int[outgoing[i]];
        int[] filled = new int[n];
        for (int i = 0; i < n; i++) {
            counts[i] = predecessors.get(i).size();
            for (int p : predecessors.get(i)) dependents[p][filled[p]++] = i;
        }
    }

    /** {@return how many steps each step waits for, for one activation to count down} */
    AtomicIntegerArray counters() {
        return new AtomicIntegerArray(counts);
    }

    boolean isRoot(int step) {
        return counts[step] == 0;
    }

    /** {@return the steps that wait for a step, in program order} */
    int[] dependents(int step) {
        return dependents[step];
    }

    /**
     * {@return whether the chosen steps form a chain, each reachable from the one before}
     *
     * <p>Program order is a topological order, so it suffices to look at neighbours: a path between two of them only passes steps in
     * between. One pass, linear in the edges.
     */
    boolean isChain(IntPredicate chosen) {
        boolean[] afterLast = new boolean[counts.length];
        int last = -1;
        for (int i = 0; i < counts.length; i++) {
            for (int p : predecessors.get(i)) afterLast[i] |= p == last || (p > last && afterLast[p]);
            if (!chosen.test(i)) continue;
            if (last >= 0 && !afterLast[i]) return false;
            last = i;
        }
        return true;
    }
}
