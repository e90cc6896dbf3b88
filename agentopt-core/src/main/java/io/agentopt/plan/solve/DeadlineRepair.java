package io.agentopt.plan.solve;

/** Makes a late placement on time by the moves that cost least for the time they save on the worst path. */
final class DeadlineRepair {
    private final CompiledProblem p;
    private final SearchState state;
    private final double[][] cost; // dollars per hour of each mode at given prices of load and memory

    DeadlineRepair(SearchState state, double[][] cost) {
        this.p = state.p;
        this.state = state;
        this.cost = cost;
    }

    /** {@return whether the state is on time now} */
    boolean run(Budget budget) {
        while (state.late() > 0) {
            long late = state.late();
            int best = -1;
            int bestMode = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < p.operators; i++) {
                long over = state.finish[i] - state.latest[i];
                if (over < late || p.block[i] >= 0) continue;
                for (int j = 0; j < p.time[i].length; j++) {
                    if (p.time[i][j] >= p.time[i][state.mode[i]]) continue;
                    if (!budget.step()) return false;
                    state.consider(i, j);
                    if (state.brokenDelta > 0) continue;
                    double saved = over - Math.max(0, state.lateAfter);
                    if (saved <= 0) continue;
                    double ratio = Math.max(1e-9, cost[i][j] - cost[i][state.mode[i]]) / saved;
                    if (ratio >= least) continue;
                    least = ratio;
                    best = i;
                    bestMode = j;
                }
            }
            if (best < 0) return false;
            state.consider(best, bestMode);
            state.apply(best, bestMode, true);
        }
        return true;
    }
}
