package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;

/** Takes back every move that saves nothing: what stays away from the old placement pays for it. */
final class Homeward {
    private Homeward() {}

    /** {@return a placement that is as cheap as {@code found}, feasible, and closer to {@code old} where that is possible by single moves} */
    static int[] from(SearchState state, int[] found, int[] old) {
        CompiledProblem p = state.p;
        state.set(found);
        double cost = state.cost();
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = 0; i < p.operators; i++) {
                int now = state.mode[i];
                if (now == old[i] || (p.block[i] >= 0 && p.modeClass[i][old[i]] != state.classOf(i))) continue;
                state.consider(i, old[i]);
                if (state.lateAfter > 0 || state.brokenDelta > 0) continue;
                state.apply(i, old[i], true);
                if (state.feasible() && !Quanta.cheaper(cost, state.cost())) {
                    changed = true;
                } else {
                    state.consider(i, now);
                    state.apply(i, now, true);
                }
            }
        }
        return state.mode.clone();
    }
}
