package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;
import java.util.Arrays;

/** A part of the solution space: the modes still allowed per operator and the range of devices per class. */
final class Domain {
    final CompiledProblem p;
    final boolean[][] allowed;
    final long[] least; // devices per class, paid minimum included
    final long[] most;
    int branchings;

    private Domain(CompiledProblem p, boolean[][] allowed, long[] least, long[] most) {
        this.p = p;
        this.allowed = allowed;
        this.least = least;
        this.most = most;
    }

    /** The whole space. */
    static Domain whole(CompiledProblem p) {
        boolean[][] allowed = new boolean[p.operators][];
        long[] most = new long[p.classes];
        for (int i = 0; i < p.operators; i++) {
            allowed[i] = new boolean[p.modeClass[i].length];
            Arrays.fill(allowed[i], true);
        }
        for (int h = 0; h < p.classes; h++) most[h] = Math.max(p.inventory[h], p.minimum[h]);
        return new Domain(p, allowed, p.minimum.clone(), most);
    }

    Domain copy() {
        boolean[][] copy = new boolean[allowed.length][];
        for (int i = 0; i < copy.length; i++) copy[i] = allowed[i].clone();
        Domain result = new Domain(p, copy, least.clone(), most.clone());
        result.branchings = branchings + 1;
        return result;
    }

    /** {@return the only mode left of an operator, or -1} */
    int only(int i) {
        int found = -1;
        for (int j = 0; j < allowed[i].length; j++) {
            if (!allowed[i][j]) continue;
            if (found >= 0) return -1;
            found = j;
        }
        return found;
    }

    /**
     * Draws the simple conclusions until none is left; no feasible placement under the cost is lost.
     *
     * @return false when nothing is left
     */
    boolean propagate(double upper) {
        boolean changed = true;
        while (changed) {
            changed = false;
            double committed = 0;
            for (int h = 0; h < p.classes; h++) committed += p.price[h] * least[h];
            if (committed > upper) return false;
            for (int h = 0; h < p.classes; h++) {
                if (p.price[h] > 0 && Double.isFinite(upper)) {
                    double spare = (upper - committed) * (1 + 1e-9) / p.price[h];
                    if (spare < 1e12) most[h] = Math.min(most[h], least[h] + (long) Math.floor(spare + 1e-9));
                }
                if (least[h] > most[h]) return false;
            }
            long[] load = new long[p.classes];
            long[] memory = new long[p.classes];
            long[] degree = new long[p.classes];
            for (int i = 0; i < p.operators; i++) {
                int home = -1;
                boolean one = true;
                long leastLoad = Long.MAX_VALUE;
                long leastMemory = Long.MAX_VALUE;
                long leastDegree = Long.MAX_VALUE;
                for (int j = 0; j < allowed[i].length; j++) {
                    if (!allowed[i][j]) continue;
                    int h = p.modeClass[i][j];
                    if (tooLarge(i, j, most[h])) {
                        allowed[i][j] = false;
                        changed = true;
                        continue;
                    }
                    one &= home < 0 || home == h;
                    home = h;
                    leastLoad = Math.min(leastLoad, p.load[i][j]);
                    leastMemory = Math.min(leastMemory, p.memory[i][j]);
                    leastDegree = Math.min(leastDegree, p.degrees[p.degree[i][j]]);
                }
                if (home < 0) return false;
                if (!one) continue;
                load[home] += leastLoad;
                memory[home] += leastMemory;
                degree[home] = Math.max(degree[home], leastDegree);
            }
            for (int h = 0; h < p.classes; h++) {
                long needed = Math.max(
                        degree[h],
                        Math.max(
                                Quanta.devicesFor(load[h], p.capacityLoad[h]),
                                Quanta.devicesFor(memory[h], p.capacityMemory[h])));
                if (needed > least[h]) {
                    least[h] = needed;
                    changed = true;
                }
                if (least[h] > most[h]) return false;
            }
        }
        return true;
    }

    private boolean tooLarge(int i, int j, long devices) {
        int h = p.modeClass[i][j];
        return p.degrees[p.degree[i][j]] > devices
                || Quanta.devicesFor(p.load[i][j], p.capacityLoad[h]) > devices
                || Quanta.devicesFor(p.memory[i][j] + p.sharedBytes[i][j], p.capacityMemory[h]) > devices;
    }
}
