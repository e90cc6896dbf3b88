package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * For each deadline, operator and class: a lower bound on the time from the operator's end to the last end that the deadline
 * counts, if every later operator takes its fastest choice seen from its predecessor alone. Exact on trees, a valid bound on
 * every graph.
 */
final class PathBounds {
    /** No operator that counts comes after. */
    static final long NONE = -1;

    private final long[][][] tail; // deadline, operator, class
    private final boolean[][] dead; // operator, class: no way to link onwards
    private final long[] least; // deadline

    PathBounds(CompiledProblem p, boolean linksSoft) {
        this(p, linksSoft, Domain.whole(p));
    }

    private PathBounds(CompiledProblem p, boolean linksSoft, Domain domain) {
        int deadlines = p.limit.length;
        tail = new long[deadlines][p.operators][p.classes];
        dead = new boolean[p.operators][p.classes];
        least = new long[deadlines];
        long[][] fastest = new long[p.operators][p.classes];
        for (int i = 0; i < p.operators; i++) {
            Arrays.fill(fastest[i], CompiledProblem.UNLIMITED);
            for (int j = 0; j < p.time[i].length; j++) {
                if (!domain.allowed[i][j]) continue;
                int h = p.modeClass[i][j];
                fastest[i][h] = Math.min(fastest[i][h], p.time[i][j]);
            }
        }
        for (int at = p.operators - 1; at >= 0; at--) {
            int i = p.order[at];
            for (int h = 0; h < p.classes; h++) {
                for (int d = 0; d < deadlines; d++) tail[d][i][h] = p.counts[d][i] ? 0 : NONE;
                for (int e : p.out[i]) extend(p, linksSoft, fastest, i, h, e);
            }
        }
        for (int d = 0; d < deadlines; d++) {
            for (int i = 0; i < p.operators; i++) {
                long best = CompiledProblem.UNLIMITED;
                for (int h = 0; h < p.classes; h++) {
                    if (fastest[i][h] == CompiledProblem.UNLIMITED || dead[i][h]) continue;
                    best = Math.min(best, tail[d][i][h] == NONE ? 0 : fastest[i][h] + tail[d][i][h]);
                }
                least[d] = Math.max(least[d], best);
            }
        }
    }

    /** {@return whether the fastest choices of a domain keep every deadline and can be linked} */
    static boolean fits(CompiledProblem p, Domain domain) {
        PathBounds bounds = new PathBounds(p, false, domain);
        for (int d = 0; d < p.limit.length; d++) if (bounds.least[d] > p.limit[d]) return false;
        for (int i = 0; i < p.operators; i++) {
            boolean alive = false;
            for (int j = 0; j < p.modeClass[i].length; j++)
                alive |= domain.allowed[i][j] && !bounds.dead[i][p.modeClass[i][j]];
            if (!alive) return false;
        }
        return true;
    }

    private void extend(CompiledProblem p, boolean linksSoft, long[][] fastest, int i, int h, int e) {
        int k = p.edgeTo[e];
        boolean linked = false;
        for (int g = 0; g < p.classes; g++) linked |= reachable(p, linksSoft, fastest, e, h, k, g);
        if (!linked) {
            dead[i][h] = true;
            return;
        }
        for (int d = 0; d < tail.length; d++) {
            long best = CompiledProblem.UNLIMITED;
            boolean counts = false;
            for (int g = 0; g < p.classes; g++) {
                if (!reachable(p, linksSoft, fastest, e, h, k, g)) continue;
                if (tail[d][k][g] == NONE) continue;
                counts = true;
                long hop = Math.max(0, p.transfer[e][h * p.classes + g]);
                best = Math.min(best, hop + fastest[k][g] + tail[d][k][g]);
            }
            if (counts) tail[d][i][h] = Math.max(tail[d][i][h], best);
        }
    }

    private boolean reachable(CompiledProblem p, boolean linksSoft, long[][] fastest, int e, int h, int k, int g) {
        return fastest[k][g] < CompiledProblem.UNLIMITED
                && !dead[k][g]
                && (linksSoft || p.transfer[e][h * p.classes + g] != CompiledProblem.NO_LINK);
    }

    /** {@return the bound, or {@link #NONE}} */
    long tail(int deadline, int operator, int deviceClass) {
        return tail[deadline][operator][deviceClass];
    }

    /** {@return whether no placement of the later operators can be linked to this one on this class} */
    boolean dead(int operator, int deviceClass) {
        return dead[operator][deviceClass];
    }

    /** {@return a lower bound on the path that the deadline counts, over all placements} */
    long least(int deadline) {
        return least[deadline];
    }
}
