package io.agentopt.plan.solve;

/**
 * Gives one device of a class back: moves operators off the class, each time the one that costs least for the need that it takes away, until
 * the class does with fewer devices; kept if the whole is cheaper. Single moves cannot do that, for each pays and only the last saves.
 */
final class Ejection {
    private final SearchState state;
    private final CompiledProblem p;
    private final Incumbent best;

    Ejection(SearchState state, Incumbent best) {
        this.state = state;
        this.p = state.p;
        this.best = best;
    }

    /** Tries every class, one device less and none, from the best; {@return whether the best became cheaper} */
    boolean run(Budget budget) {
        boolean any = false;
        for (int h = 0; h < p.classes && !budget.spent(); h++) {
            if (p.price[h] == 0) continue;
            state.set(best.mode());
            long devices = state.fleet.devices(h);
            for (long target : new long[] {devices - 1, p.minimum[h]}) {
                if (target < p.minimum[h] || (target == p.minimum[h] && target == devices - 1 && devices < 1)) continue;
                state.set(best.mode());
                if (empty(h, target, budget) && best.offer(state)) {
                    new Descent(state, best).run(budget, false);
                    any = true;
                }
            }
        }
        return any;
    }

    private boolean empty(int h, long target, Budget budget) {
        long steps = 0;
        while (state.fleet.devices(h) > target) {
            if (steps++ > 2L * p.operators || !oneOff(h, target, budget)) return false;
        }
        return true;
    }

    /** Makes the move off class {@code h} (or to a smaller mode on it) with the least price per device of need taken away. */
    private boolean oneOff(int h, long target, Budget budget) {
        int bestOperator = -1;
        int bestMode = -1;
        double least = Double.POSITIVE_INFINITY;
        double need = need(h, target);
        for (int i = 0; i < p.operators; i++) {
            if (state.classOf(i) != h || p.block[i] >= 0) continue;
            int old = state.mode[i];
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (j == old) continue;
                if (!budget.step()) return false;
                state.consider(i, j);
                if (state.lateAfter > 0 || state.brokenDelta > 0) continue;
                double score = score(i, old, j, h, target, need);
                if (score < least) {
                    least = score;
                    bestOperator = i;
                    bestMode = j;
                }
            }
        }
        if (bestOperator < 0) return false;
        state.consider(bestOperator, bestMode);
        state.apply(bestOperator, bestMode, true);
        return true;
    }

    private double score(int i, int old, int j, int h, long target, double need) {
        int to = p.modeClass[i][j];
        double before = to == h ? 0 : state.fleet.dollars(to);
        double smoothBefore = to == h ? 0 : state.fleet.fraction(to);
        state.fleet.remove(i, old);
        state.fleet.add(i, j);
        double gain = Math.min(need, need - need(h, target));
        double paid = to == h ? 0 : state.fleet.dollars(to) - before;
        double smooth = to == h ? 0 : p.price[to] * (state.fleet.fraction(to) - smoothBefore);
        boolean over = to != h && state.fleet.devices(to) > p.inventory[to];
        state.fleet.remove(i, j);
        state.fleet.add(i, old);
        if (over || gain <= 1e-12) return Double.POSITIVE_INFINITY;
        double cost = state.moneyDelta + 0.7 * paid + 0.3 * smooth;
        return cost >= 0 ? (cost + 1e-6) / gain : cost * gain;
    }

    /** Devices of need above the target, before rounding; the width of modes counts as a small need of its own. */
    private double need(int h, long target) {
        double load = (double) state.fleet.load[h] / p.capacityLoad[h] - target;
        double memory = p.capacityMemory[h] == 0 ? 0 : (double) state.fleet.memory[h] / p.capacityMemory[h] - target;
        double over = Math.max(0, load) + Math.max(0, memory);
        long devices = state.fleet.devices(h);
        return over + 0.1 * Math.max(0, devices - target);
    }
}
