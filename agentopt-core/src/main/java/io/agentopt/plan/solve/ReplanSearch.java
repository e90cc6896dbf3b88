package io.agentopt.plan.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A few thousand exact moves from known placements: descent from the cheapest of them that still hold; repair of those that would be cheaper
 * but break a limit, the least broken first; and then, as long as the budget lasts, small squeezes of one class at a time and short annealed
 * rounds, each followed by descent.
 */
final class ReplanSearch {
    private static final int DESCENTS = 4;
    private static final int MENDED = 6;
    private static final double[] ROUNDING = {0.3, 0.1, 0.02, 0.6};

    private final CompiledProblem p;
    private final SearchState state;
    private final Neighbourhood neighbourhood;
    private final Incumbent best = new Incumbent();
    private final Annealing annealing;
    private final Ejection ejection;
    private final List<Known> holding = new ArrayList<>();
    private final List<Known> broken = new ArrayList<>();

    /** @param excess how far limits are exceeded, relative to each; 0 for a placement that holds */
    private record Known(int[] modes, double cost, double excess) {}

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

    /**
     * Searches from known placements of this problem; none needs to be feasible.
     *
     * @param inForce is offered first, so that nothing dearer is found
     */
    void run(int[] inForce, List<int[]> others, Budget budget) {
        look(inForce);
        for (int[] modes : others) {
            if (!budget.step()) break;
            look(modes);
        }
        holding.sort(Comparator.comparingDouble(Known::cost));
        broken.sort(Comparator.comparingDouble(Known::excess).thenComparingDouble(Known::cost));
        descend(budget);
        mend(best.found() ? MENDED : broken.size(), budget);
        if (!best.found()) repair(budget);
        improve(budget);
    }

    private void look(int[] modes) {
        state.set(modes);
        best.offer(state);
        boolean holds = state.feasible();
        (holds ? holding : broken).add(new Known(modes, state.cost(), holds ? 0 : excess()));
    }

    private double excess() {
        double sum = state.brokenLinks();
        long tightest = Arrays.stream(p.limit).min().orElse(CompiledProblem.UNLIMITED);
        sum += Math.max(0, state.late()) / (double) Math.max(1, tightest);
        for (int h = 0; h < p.classes; h++) {
            double over = state.fleet.devices(h) - p.inventory[h];
            if (over > 0) sum += over / Math.max(1, state.fleet.devices(h));
        }
        return sum;
    }

    private void descend(Budget budget) {
        double last = Double.NaN;
        int done = 0;
        for (Known each : holding) {
            if (done == DESCENTS) break;
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

    /** Makes placements hold that would be cheaper than the best, each with about the devices that it has. */
    private void mend(int most, Budget budget) {
        int done = 0;
        for (Known each : broken) {
            if (done == most || budget.spent()) break;
            if (each.cost >= best.cost()) continue;
            done++;
            double before = best.cost();
            state.set(each.modes);
            long[] fleet = new long[p.classes];
            for (int h = 0; h < p.classes; h++) fleet[h] = Math.max(p.minimum[h], state.fleet.devices(h));
            annealing.repair(best.found() ? fleet : p.inventory, scale() * 0.3, scale() * 0.01, 768, budget);
            if (best.cost() < before) descendFromBest(budget);
        }
    }

    private void repair(Budget budget) {
        for (int round = 0; !best.found() && !budget.spent(); round++) {
            boolean fastest = round % 2 == 1 || broken.isEmpty();
            state.set(fastest ? neighbourhood.fastest() : broken.get(round / 2 % broken.size()).modes);
            best.offer(state);
            if (!best.found()) annealing.run(0.3, scale(), scale() * 0.01, 2048L << Math.min(4, round / 2), budget);
        }
        descendFromBest(budget);
    }

    private void improve(Budget budget) {
        double ejected = Double.POSITIVE_INFINITY; // the cost at which no ejection helps
        for (int round = 0; best.found() && !budget.spent(); round++) {
            if (best.cost() < ejected) {
                ejection.run(budget);
                ejected = best.cost();
                if (budget.spent()) return;
            }
            double before = best.cost();
            int h = round % (p.classes + 1);
            int cycle = round / (p.classes + 1);
            long steps = 1024L << Math.min(4, cycle);
            double scale = scale();
            state.set(best.mode());
            if (h == p.classes) {
                annealing.run(ROUNDING[cycle % ROUNDING.length], scale * 0.3, scale * 0.01, 2 * steps, budget);
            } else {
                long devices = state.fleet.devices(h);
                if (devices <= p.minimum[h] || p.price[h] == 0) continue;
                double w = ROUNDING[round % ROUNDING.length];
                annealing.squeeze(h, devices - 1, w, scale * 0.5, scale * 0.01, steps, budget);
            }
            if (best.cost() < before) descendFromBest(budget);
        }
    }

    private void descendFromBest(Budget budget) {
        if (best.found()) new Descent(state, best).run(budget, false);
    }

    private double scale() {
        double cost = best.found() ? best.cost() : state.cost();
        double dearest = 0;
        for (double price : p.price) dearest = Math.max(dearest, price);
        return Math.max(1e-9, Math.min(cost, dearest * p.operators * 4 + state.money()) / p.operators);
    }
}
