package io.agentopt.plan.solve;

import java.util.SplittableRandom;

/**
 * The order of the heuristic: start, anneal, rounds with the rounding switched on little by little, descent, and then rounds
 * from the best in which one class must do with fewer devices.
 */
final class LocalSearch {
    private static final double[] ROUNDING = {1, 0.6, 0.3, 0.1, 0.02};

    private final CompiledProblem p;
    private final SearchState state;
    private final Neighbourhood neighbourhood;
    private final Incumbent incumbent = new Incumbent();
    private final SplittableRandom random;
    private final Annealing annealing;

    LocalSearch(CompiledProblem p, long seed) {
        this.p = p;
        this.state = new SearchState(p);
        this.neighbourhood = new Neighbourhood(p);
        this.random = new SplittableRandom(seed);
        this.annealing = new Annealing(state, neighbourhood, incumbent, random.nextLong());
    }

    Incumbent incumbent() {
        return incumbent;
    }

    /** {@return the state that the walk is in, feasible or not} */
    int[] current() {
        return state.mode.clone();
    }

    /** Records a placement if it is feasible and cheaper. */
    void offer(int[] modes) {
        state.set(modes);
        incumbent.offer(state);
    }

    /**
     * Repairs a placement so that it fits a fleet, and descends from what that gives.
     *
     * @param fleet devices allowed of each class
     */
    void repair(int[] modes, long[] fleet, long steps, Budget budget) {
        if (!neighbourhood.blocksFit()) return;
        state.set(modes);
        double before = incumbent.cost();
        double scale = scale();
        annealing.repair(fleet, scale * 0.3, scale * 0.02, steps, budget);
        if (incumbent.cost() < before) new Descent(state, incumbent).run(budget, false);
    }

    /** One pass from the fastest modes (or from the incumbent): annealed rounds, then descent. */
    void pass(Budget budget) {
        if (!neighbourhood.blocksFit()) return;
        if (incumbent.found()) {
            state.set(incumbent.mode());
        } else {
            state.set(neighbourhood.fastest());
            incumbent.offer(state);
        }
        long stepsBefore = budget.steps();
        long nanosBefore = System.nanoTime();
        long most = Math.max(2000, 100L * p.operators);
        for (int k = 0; k < ROUNDING.length; k++) {
            double w = ROUNDING[k];
            if (budget.spent()) break;
            if (k == 0) annealing.run(w, scale() * 0.3, scale() * 0.3, Math.min(500, most), budget);
            // A walk that is cut short while hot is worth nothing: cool within the budget.
            long steps = Math.min(most, budget.stepsLeft(stepsBefore, nanosBefore) / (ROUNDING.length - k + 1));
            if (w < 1 && incumbent.found() && random.nextBoolean()) state.set(incumbent.mode());
            double scale = scale();
            annealing.run(w, scale * (0.2 + w), scale * 0.01, steps, budget);
        }
        new Descent(state, incumbent).run(budget, p.operators <= 100);
    }

    /** From the best, takes one device at a time from a class and repairs around it. {@return whether that found a cheaper one} */
    boolean squeeze(Budget budget) {
        if (!incumbent.found()) return false;
        double before = incumbent.cost();
        for (int h = 0; h < p.classes && !budget.spent(); h++) {
            state.set(incumbent.mode());
            long devices = state.fleet.devices(h);
            if (devices <= p.minimum[h] || p.price[h] == 0) continue;
            double scale = scale();
            long fewer = random.nextInt(3) == 0 ? 0 : devices - 1;
            double weight = ROUNDING[1 + random.nextInt(ROUNDING.length - 1)];
            annealing.squeeze(h, fewer, weight, scale * 0.5, scale * 0.01, Math.max(2000, 50L * p.operators), budget);
        }
        new Descent(state, incumbent).run(budget, false);
        return incumbent.cost() < before;
    }

    /** Dollars per hour that one operator costs on average: the temperature's unit. */
    private double scale() {
        double cost = incumbent.found() ? incumbent.cost() : state.cost();
        double dearest = 0;
        for (double price : p.price) dearest = Math.max(dearest, price);
        return Math.max(1e-9, Math.min(cost, dearest * p.operators * 4 + state.money()) / p.operators);
    }
}
