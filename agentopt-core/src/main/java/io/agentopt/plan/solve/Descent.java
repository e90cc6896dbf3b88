package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;

/** Tries every single move, and every pair along an edge, and takes what makes a feasible placement cheaper, until none does. */
final class Descent {
    private final SearchState state;
    private final CompiledProblem p;
    private final Incumbent incumbent;

    Descent(SearchState state, Incumbent incumbent) {
        this.state = state;
        this.p = state.p;
        this.incumbent = incumbent;
    }

    /** Descends from the incumbent. */
    void run(Budget budget, boolean pairsToo) {
        if (!incumbent.found()) return;
        state.set(incumbent.mode());
        boolean better = true;
        while (better) {
            better = false;
            for (int i = 0; i < p.operators; i++) {
                for (int j = 0; j < p.modeClass[i].length; j++) {
                    if (!budget.step()) return;
                    better |= improves(i, j);
                }
            }
            if (better || !pairsToo) continue;
            for (int e = 0; e < p.edgeFrom.length && !better; e++) better = pair(p.edgeFrom[e], p.edgeTo[e], budget);
            if (budget.spent()) return;
        }
    }

    private boolean improves(int i, int j) {
        int old = state.mode[i];
        if (j == old || (p.block[i] >= 0 && p.modeClass[i][j] != state.classOf(i))) return false;
        state.consider(i, j);
        if (state.lateAfter > 0 || state.brokenDelta > 0) return false;
        int to = p.modeClass[i][j];
        int from = p.modeClass[i][old];
        double before = state.fleet.dollars(from) + (from == to ? 0 : state.fleet.dollars(to));
        state.fleet.remove(i, old);
        state.fleet.add(i, j);
        double delta =
                state.moneyDelta + state.fleet.dollars(from) + (from == to ? 0 : state.fleet.dollars(to)) - before;
        double cost = incumbent.cost();
        if (!Quanta.cheaper(cost + delta, cost) || state.fleet.devices(to) > p.inventory[to]) {
            state.fleet.remove(i, j);
            state.fleet.add(i, old);
            return false;
        }
        state.apply(i, j, false);
        return incumbent.offer(state);
    }

    private boolean pair(int a, int b, Budget budget) {
        if (p.block[a] >= 0 || p.block[b] >= 0) return false;
        int oldA = state.mode[a];
        int oldB = state.mode[b];
        for (int j = 0; j < p.modeClass[a].length; j++) {
            state.consider(a, j);
            state.apply(a, j, true);
            for (int k = 0; k < p.modeClass[b].length; k++) {
                if (!budget.step()) break;
                state.consider(b, k);
                if (state.lateAfter > 0) continue;
                int back = state.mode[b];
                state.apply(b, k, true);
                if (incumbent.offer(state)) return true;
                state.consider(b, back);
                state.apply(b, back, true);
            }
        }
        state.consider(a, oldA);
        state.apply(a, oldA, true);
        state.consider(b, oldB);
        state.apply(b, oldB, true);
        return false;
    }
}
