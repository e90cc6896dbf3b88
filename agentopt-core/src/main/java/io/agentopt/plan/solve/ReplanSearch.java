package io.agentopt.plan.solve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A few thousand exact moves from known placements: descent from the best of them, repair when none is feasible, and then, as long as the
 * budget lasts, small squeezes of one class at a time and short annealed rounds, each followed by descent.
 */
final class ReplanSearch {
    private static final int DESCENTS = 4;
    private static final double[] ROUNDING = {0.3, 0.1, 0.02, 0.6};

    private final CompiledProblem p;
    private final SearchState state;
    private final Neighbourhood neighbourhood;
    private final Incumbent best = new Incumbent();
    private final Annealing annealing;
    private final Ejection ejection;

    private record Known(int[] modes, boolean feasible, double cost, long late) {}

    ReplanSearch(CompiledProblem p, Neighbourhood neighbourhood, long seed) {
        this.p = p;
        this.neighbourhood = neighbourhood;
        state = new SearchState(p);
        annealing = new Annealing(state, neighbourhood, best, seed);
        ejection = new Ejection(state, best);
    }

    Incumbent best() {
        return best;
    }

    /** Records a placement if it is feasible and cheaper. */
    void offer(int[] modes) {
        state.set(modes);
        best.offer(state);
    }

    /** {@return the state that the walk is in, feasible or not} */
    int[] current() {
        return state.mode.clone();
    }

    /** Searches from known placements of this problem; none needs to be feasible. */
    void run(List<int[]> starts, Budget budget) {
        List<Known> known = new ArrayList<>();
        for (int[] modes : starts) {
            if (!budget.step()) break;
            state.set(modes);
            best.offer(state);
            known.add(new Known(modes, state.feasible(), state.cost(), state.late()));
        }
        known.sort(Comparator.comparing((Known k) -> !k.feasible)
                .thenComparingDouble(Known::cost)
                .thenComparingLong(Known::late));
        descend(known, budget);
        if (!best.found()) repair(known, budget);
        improve(budget);
    }

    private void descend(List<Known> known, Budget budget) {
        double last = Double.NaN;
        int done = 0;
        for (Known each : known) {
            if (!each.feasible || done == DESCENTS) break;
            if (each.cost == last) continue;
            last = each.cost;
            done++;
            state.set(each.modes);
            Incumbent own = new Incumbent();
            own.offer(state);
            new Descent(state, own).run(budget, false);
            state.set(own.mode());
            best.offer(state);
        }
    }

    private void repair(List<Known> known, Budget budget) {
        for (int round = 0; !best.found() && !budget.spent(); round++) {
            boolean fastest = round % 2 == 1 || known.isEmpty();
            state.set(fastest ? neighbourhood.fastest() : known.get(round / 2 % known.size()).modes);
            best.offer(state);
            if (!best.found()) annealing.run(0.3, scale(), scale() * 0.01, 2048L << Math.min(4, round / 2), budget);
        }
        descendFromBest(budget, false);
    }

    private void improve(Budget budget) {
        for (int round = 0; best.found() && !budget.spent(); round++) {
            ejection.run(budget);
            if (budget.spent()) return;
            int h = round % (p.classes + 1);
            double scale = scale();
            state.set(best.mode());
            if (h == p.classes) {
                annealing.run(
                        ROUNDING[round / (p.classes + 1) % ROUNDING.length], scale * 0.3, scale * 0.01, 2048, budget);
            } else {
                long devices = state.fleet.devices(h);
                if (devices <= p.minimum[h] || p.price[h] == 0) continue;
                double w = ROUNDING[round % ROUNDING.length];
                annealing.squeeze(h, devices - 1, w, scale * 0.5, scale * 0.01, 1024, budget);
            }
            descendFromBest(budget, round == 0);
        }
    }

    private void descendFromBest(Budget budget, boolean pairs) {
        if (best.found()) new Descent(state, best).run(budget, pairs);
    }

    private double scale() {
        double cost = best.found() ? best.cost() : state.cost();
        double dearest = 0;
        for (double price : p.price) dearest = Math.max(dearest, price);
        return Math.max(1e-9, Math.min(cost, dearest * p.operators * 4 + state.money()) / p.operators);
    }
}
