package io.agentopt.plan.solve;

import java.util.BitSet;

/**
 * A schedule around a placement that keeps every deadline: an end for each operator and the latest begin that the later ones allow.
 *
 * <pre>
 * finish_i >= max over in-edges (finish + transfer) + time_i
 * begin_i  <= min(deadlines that count i, min over out-edges (begin - transfer)) - time_i
 * </pre>
 * Both may have slack of their own, so that a move that makes an operator faster need not be told to the others. A move that
 * passes {@link #fits} keeps every deadline whatever the slack; without slack, right after {@link #tighten}, the test is exact.
 */
final class Timetable {
    private final CompiledProblem p;
    private final int classes;
    private final int[][] inFrom;
    private final int[][] outTo;
    private final long[] limit;
    private final int[] classOf;
    private final long[] time;
    private final long[] hop; // of each edge between the classes of its ends; 0 when there is no link
    final long[] finish;
    final long[] begin;
    private final BitSet pending;

    private long newFinish;
    private long newLatest;

    Timetable(CompiledProblem p) {
        this.p = p;
        classes = p.classes;
        inFrom = ends(p.in, p.edgeFrom);
        outTo = ends(p.out, p.edgeTo);
        limit = new long[p.operators];
        for (int i = 0; i < p.operators; i++) {
            limit[i] = CompiledProblem.UNLIMITED;
            for (int d = 0; d < p.limit.length; d++) if (p.counts[d][i]) limit[i] = Math.min(limit[i], p.limit[d]);
        }
        classOf = new int[p.operators];
        time = new long[p.operators];
        hop = new long[p.edgeFrom.length];
        finish = new long[p.operators];
        begin = new long[p.operators];
        pending = new BitSet(p.operators);
    }

    private static int[][] ends(int[][] edges, int[] end) {
        int[][] ends = new int[edges.length][];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = new int[edges[i].length];
            for (int k = 0; k < ends[i].length; k++) ends[i][k] = end[edges[i][k]];
        }
        return ends;
    }

    /** Takes a placement over, without slack. */
    void set(int[] mode) {
        for (int i = 0; i < p.operators; i++) {
            classOf[i] = p.modeClass[i][mode[i]];
            time[i] = p.time[i][mode[i]];
        }
        for (int e = 0; e < hop.length; e++) {
            hop[e] = Math.max(0, p.transfer[e][classOf[p.edgeFrom[e]] * classes + classOf[p.edgeTo[e]]]);
        }
        tighten();
    }

    /** Takes all slack out: a sweep over the graph. */
    void tighten() {
        for (int i : p.order) {
            int[] edges = p.in[i];
            int[] from = inFrom[i];
            long start = 0;
            for (int k = 0; k < edges.length; k++) start = Math.max(start, finish[from[k]] + hop[edges[k]]);
            finish[i] = start + time[i];
        }
        for (int at = p.operators - 1; at >= 0; at--) {
            int i = p.order[at];
            int[] edges = p.out[i];
            int[] to = outTo[i];
            long end = limit[i];
            for (int k = 0; k < edges.length; k++) end = Math.min(end, begin[to[k]] - hop[edges[k]]);
            begin[i] = end - time[i];
        }
    }

    /** {@return whether operator {@code i} may take mode {@code j}; {@link #move} may follow} */
    boolean fits(int i, int j) {
        int h = p.modeClass[i][j];
        int[] edges = p.in[i];
        int[] from = inFrom[i];
        int[] after = p.out[i];
        int[] to = outTo[i];
        long start = 0;
        long end = limit[i];
        if (h == classOf[i]) {
            for (int k = 0; k < edges.length; k++) start = Math.max(start, finish[from[k]] + hop[edges[k]]);
            for (int k = 0; k < after.length; k++) end = Math.min(end, begin[to[k]] - hop[after[k]]);
        } else {
            for (int k = 0; k < edges.length; k++) {
                long transfer = p.transfer[edges[k]][classOf[from[k]] * classes + h];
                if (transfer == CompiledProblem.NO_LINK) return false;
                start = Math.max(start, finish[from[k]] + transfer);
            }
            for (int k = 0; k < after.length; k++) {
                long transfer = p.transfer[after[k]][h * classes + classOf[to[k]]];
                if (transfer == CompiledProblem.NO_LINK) return false;
                end = Math.min(end, begin[to[k]] - transfer);
            }
        }
        newFinish = start + p.time[i][j];
        newLatest = end;
        return newFinish <= newLatest;
    }

    /** Makes the move that {@link #fits} has just allowed. */
    void move(int i, int j) {
        int h = p.modeClass[i][j];
        time[i] = p.time[i][j];
        if (h != classOf[i]) {
            classOf[i] = h;
            for (int k = 0; k < p.in[i].length; k++) {
                int e = p.in[i][k];
                hop[e] = p.transfer[e][classOf[inFrom[i][k]] * classes + h];
            }
            for (int k = 0; k < p.out[i].length; k++) {
                int e = p.out[i][k];
                hop[e] = p.transfer[e][h * classes + classOf[outTo[i][k]]];
            }
        }
        finish[i] = newFinish;
        begin[i] = newLatest - time[i];
        delay(i);
        hasten(i);
    }

    /** Moves the ends of later operators out as far as they must. */
    private void delay(int first) {
        pending.set(p.position[first]);
        for (int at = p.position[first]; at >= 0; at = pending.nextSetBit(at + 1)) {
            pending.clear(at);
            int i = p.order[at];
            int[] edges = p.out[i];
            int[] to = outTo[i];
            for (int k = 0; k < edges.length; k++) {
                long end = finish[i] + hop[edges[k]] + time[to[k]];
                if (end <= finish[to[k]]) continue;
                finish[to[k]] = end;
                pending.set(p.position[to[k]]);
            }
        }
    }

    private void hasten(int first) {
        pending.set(p.position[first]);
        for (int at = p.position[first]; at >= 0; at = at == 0 ? -1 : pending.previousSetBit(at - 1)) {
            pending.clear(at);
            int i = p.order[at];
            int[] edges = p.in[i];
            int[] from = inFrom[i];
            for (int k = 0; k < edges.length; k++) {
                long start = begin[i] - hop[edges[k]] - time[from[k]];
                if (start >= begin[from[k]]) continue;
                begin[from[k]] = start;
                pending.set(p.position[from[k]]);
            }
        }
    }
}
