package io.agentopt.plan.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A placement from a solution of {@link TimeCostRelaxation}: each operator takes no more time than its mixture of modes does, so every path keeps
 * its limit; then what time is left is sold where it saves most at the relaxation's prices of load and memory.
 */
final class Rounding {
    private static final int PASSES = 4;

    private final CompiledProblem p;
    private final double[][] share;
    private final double[][] reducedCost; // time priced as well
    private final double[][] classCost; // load and memory priced, time not
    private final SearchState state;

    private record Move(int operator, int mode, double gain) {}

    Rounding(CompiledProblem p, TimeCostRelaxation relaxation) {
        this.p = p;
        share = relaxation.shares();
        reducedCost = relaxation.reducedCosts();
        classCost = relaxation.classCosts();
        state = new SearchState(p);
    }

    /** {@return modes of the operators; on time unless transfers take longer than their shares did} */
    int[] modes() {
        int[] modes = new int[p.operators];
        for (int i = 0; i < p.operators; i++) modes[i] = withinMean(i);
        state.set(modes);
        for (int pass = 0; pass < PASSES && sell(); pass++) {}
        return state.mode.clone();
    }

    private int withinMean(int i) {
        double mean = 0;
        for (int j = 0; j < share[i].length; j++) mean += share[i][j] * p.time[i][j];
        int best = -1;
        int fastest = 0;
        for (int j = 0; j < share[i].length; j++) {
            if (p.time[i][j] < p.time[i][fastest]) fastest = j;
            if (p.time[i][j] > mean * (1 + 1e-7)) continue;
            if (best < 0 || reducedCost[i][j] < reducedCost[i][best]) best = j;
        }
        return best < 0 ? fastest : best;
    }

    private boolean sell() {
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < p.operators; i++) {
            int now = state.mode[i];
            for (int j = 0; j < share[i].length; j++) {
                // An operator that stays with its block changes class only with it.
                if (p.block[i] >= 0 && p.modeClass[i][j] != p.modeClass[i][now]) continue;
                if (saves(i, j)) moves.add(new Move(i, j, reducedCost[i][now] - reducedCost[i][j]));
            }
        }
        moves.sort(Comparator.comparingDouble(Move::gain).reversed());
        boolean any = false;
        for (Move move : moves) {
            if (!saves(move.operator, move.mode)) continue;
            state.consider(move.operator, move.mode);
            if (state.lateAfter > 0 || state.brokenDelta > 0) continue;
            state.apply(move.operator, move.mode, true);
            any = true;
        }
        return any;
    }

    private boolean saves(int i, int j) {
        return classCost[i][j] < classCost[i][state.mode[i]] * (1 - 1e-9) - 1e-12;
    }
}
