package io.agentopt.plan.solve;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A complete placement that can be changed one operator at a time.
 *
 * <pre>
 * finish_i = max over in-edges (finish + transfer) + time_i                        longest path into i, i included
 * latest_i = min(deadlines that count i, min over out-edges (latest_k - time_k - transfer))
 * late     = max over i (finish_i - latest_i), the most that any deadline is missed by
 * </pre>
 * One array {@code latest} serves every deadline at once. A move of operator i changes only paths through i, so while the
 * placement is on time the test {@code finish'_i <= latest'_i} is exact and costs O(degree); the cone is propagated only when
 * a move is made. Missing links are counted apart and take no time here; overloaded links count with them.
 */
final class SearchState {
    final CompiledProblem p;
    final int[] mode;
    final FleetState fleet;
    final long[] finish;
    final long[] latest;
    private final LinkState links;
    private final BitSet pending;
    private double money;
    private int broken;

    // What the last call of consider() found.
    double moneyDelta;
    int brokenDelta;
    long lateAfter;
    private int missingDelta;
    private long finishAfter;
    private long latestAfter;

    SearchState(CompiledProblem p) {
        this.p = p;
        mode = new int[p.operators];
        fleet = new FleetState(p);
        finish = new long[p.operators];
        latest = new long[p.operators];
        pending = new BitSet(p.operators);
        links = new LinkState(p);
        for (int i = 0; i < p.operators; i++) fleet.add(i, 0);
        for (int e = 0; e < p.edgeFrom.length; e++) links.add(e, pairOf(e));
        set(mode.clone());
    }

    /** Replaces the whole placement. */
    void set(int[] modes) {
        for (int e = 0; e < p.edgeFrom.length; e++) links.remove(e, pairOf(e));
        for (int i = 0; i < p.operators; i++) {
            fleet.remove(i, mode[i]);
            mode[i] = modes[i];
            fleet.add(i, mode[i]);
        }
        for (int at = 0; at < p.operators; at++) finish[p.order[at]] = finishOf(p.order[at], mode[p.order[at]]);
        for (int at = p.operators - 1; at >= 0; at--) latest[p.order[at]] = latestOf(p.order[at], mode[p.order[at]]);
        money = 0;
        broken = 0;
        for (int i = 0; i < p.operators; i++) money += p.dollars[i][mode[i]];
        for (int e = 0; e < p.edgeFrom.length; e++) {
            int pair = pairOf(e);
            links.add(e, pair);
            money += p.transferDollars[e][pair];
            if (p.transfer[e][pair] == CompiledProblem.NO_LINK) broken++;
        }
    }

    int classOf(int i) {
        return p.modeClass[i][mode[i]];
    }

    private int pairOf(int e) {
        return classOf(p.edgeFrom[e]) * p.classes + classOf(p.edgeTo[e]);
    }

    /** {@return usage and transfer dollars per hour} */
    double money() {
        return money;
    }

    /** {@return links that are missing or overloaded, weighed by how much; 0 when every transfer can be made} */
    int brokenLinks() {
        return broken + links.overload();
    }

    /** {@return dollars per hour of the whole placement} */
    double cost() {
        return money + fleet.dollars();
    }

    /** {@return nanoseconds by which the worst deadline is missed; not positive when on time} */
    long late() {
        long worst = Long.MIN_VALUE;
        for (int i = 0; i < p.operators; i++) worst = Math.max(worst, finish[i] - latest[i]);
        return worst;
    }

    long inventoryExcess() {
        long excess = 0;
        for (int h = 0; h < p.classes; h++) excess += Math.max(0, fleet.devices(h) - p.inventory[h]);
        return excess;
    }

    boolean feasible() {
        return brokenLinks() == 0 && late() <= 0 && inventoryExcess() == 0 && together();
    }

    /** Whether each co-location block is on one class. The walk keeps it so; placements from elsewhere may not. */
    private boolean together() {
        for (int[] block : p.blocks) for (int i : block) if (classOf(i) != classOf(block[0])) return false;
        return true;
    }

    /** Evaluates the move of operator {@code i} to mode {@code j} without making it. The fleet is the caller's to try. */
    void consider(int i, int j) {
        int before = classOf(i);
        int after = p.modeClass[i][j];
        moneyDelta = p.dollars[i][j] - p.dollars[i][mode[i]];
        brokenDelta = 0;
        if (before != after) {
            for (int e : p.in[i]) {
                int row = classOf(p.edgeFrom[e]) * p.classes;
                moneyDelta += p.transferDollars[e][row + after] - p.transferDollars[e][row + before];
                if (p.transfer[e][row + after] == CompiledProblem.NO_LINK) brokenDelta++;
                if (p.transfer[e][row + before] == CompiledProblem.NO_LINK) brokenDelta--;
            }
            for (int e : p.out[i]) {
                int column = classOf(p.edgeTo[e]);
                moneyDelta += p.transferDollars[e][after * p.classes + column]
                        - p.transferDollars[e][before * p.classes + column];
                if (p.transfer[e][after * p.classes + column] == CompiledProblem.NO_LINK) brokenDelta++;
                if (p.transfer[e][before * p.classes + column] == CompiledProblem.NO_LINK) brokenDelta--;
            }
        }
        missingDelta = brokenDelta;
        if (p.linkCapacity.length > 0 && before != after) brokenDelta += overloadDelta(i, before, after);
        finishAfter = finishOf(i, j);
        latestAfter = latestOf(i, j);
        lateAfter = finishAfter - latestAfter;
    }

    private int overloadDelta(int i, int before, int after) {
        int overload = links.overload();
        reroute(i, before, after);
        int delta = links.overload() - overload;
        reroute(i, after, before);
        return delta;
    }

    private void reroute(int i, int before, int after) {
        for (int e : p.in[i]) {
            int row = classOf(p.edgeFrom[e]) * p.classes;
            links.remove(e, row + before);
            links.add(e, row + after);
        }
        for (int e : p.out[i]) {
            int column = classOf(p.edgeTo[e]);
            links.remove(e, before * p.classes + column);
            links.add(e, after * p.classes + column);
        }
    }

    /** Makes the move that {@link #consider} just evaluated, and tells the fleet unless the caller has. */
    void apply(int i, int j, boolean fleetToo) {
        if (fleetToo) {
            fleet.remove(i, mode[i]);
            fleet.add(i, j);
        }
        money += moneyDelta;
        int before = classOf(i);
        int after = p.modeClass[i][j];
        if (before != after) {
            broken += missingDelta;
            if (p.linkCapacity.length > 0) reroute(i, before, after);
        }
        mode[i] = j;
        forward(i);
        backward(i);
    }

    private void forward(int i) {
        if (finish[i] != finishAfter) finish[i] = finishAfter;
        for (int e : p.out[i]) pending.set(p.position[p.edgeTo[e]]);
        for (int at = pending.nextSetBit(0); at >= 0; at = pending.nextSetBit(at + 1)) {
            pending.clear(at);
            int k = p.order[at];
            long now = finishOf(k, mode[k]);
            if (now == finish[k]) continue;
            finish[k] = now;
            for (int e : p.out[k]) pending.set(p.position[p.edgeTo[e]]);
        }
    }

    private void backward(int i) {
        latest[i] = latestAfter;
        for (int e : p.in[i]) pending.set(p.position[p.edgeFrom[e]]);
        for (int at = pending.previousSetBit(p.operators - 1); at >= 0; at = pending.previousSetBit(at)) {
            pending.clear(at);
            int k = p.order[at];
            long now = latestOf(k, mode[k]);
            if (now == latest[k]) continue;
            latest[k] = now;
            for (int e : p.in[k]) pending.set(p.position[p.edgeFrom[e]]);
        }
    }

    private long finishOf(int i, int j) {
        int h = p.modeClass[i][j];
        long start = 0;
        for (int e : p.in[i]) {
            int from = p.edgeFrom[e];
            start = Math.max(start, finish[from] + Math.max(0, p.transfer[e][classOf(from) * p.classes + h]));
        }
        return start + p.time[i][j];
    }

    private long latestOf(int i, int j) {
        int h = p.modeClass[i][j];
        long end = CompiledProblem.UNLIMITED;
        for (int d = 0; d < p.limit.length; d++) if (p.counts[d][i]) end = Math.min(end, p.limit[d]);
        for (int e : p.out[i]) {
            int to = p.edgeTo[e];
            long hop = Math.max(0, p.transfer[e][h * p.classes + classOf(to)]);
            end = Math.min(end, latest[to] - p.time[to][mode[to]] - hop);
        }
        return end;
    }

    @Override
    public String toString() {
        return "SearchState" + Arrays.toString(mode);
    }
}
