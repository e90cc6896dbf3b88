package io.agentopt.plan.solve;

import java.util.SplittableRandom;

/**
 * The order of the heuristic: start, anneal, rounds with the rounding switched on little by little, descent, and then rounds
 * from the best in which one class must do with fewer devices.
 */
final class LocalSearch {
    private static final double[] ROUNDING = {1, 0.6, 0.3, 0.1, 0.02};

    // Of walks over priced modes, in the average cost of an operator: temperatures, and the reduced costs that are
    // tried.
    private static final double HOT = 0.04;
    private static final double COLD = 0.004;
    private static final double NARROW = 0.1;
    private static final double WIDE = 0.3;
    private static final long MOST_STEPS = 8000; // of a round, for each operator
    private static final int STALE_ROUNDS = 3;

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

    /**
     * Rounds over single moves that keep every limit, first from a relaxation's solution made feasible, then from the best, until some in a
     * row find nothing. For large problems without link capacities.
     */
    void anneal(TimeCostRelaxation relaxation, Budget budget) {
        if (!nearRelaxed(relaxation, budget)) return;
        OnTimeAnnealing walk = new OnTimeAnnealing(state, incumbent, random.nextLong());
        double[][] reducedCosts = relaxation.reducedCosts();
        walk.set(state.mode.clone());
        int stale = 0;
        for (int round = 0; stale < STALE_ROUNDS && !budget.spent(); round++) {
            double before = incumbent.cost();
            double scale = scale();
            if (round > 0) walk.set(incumbent.mode());
            walk.restrict(reducedCosts, (round % 3 == 2 ? WIDE : NARROW) * scale);
            Budget part = budget.share(0.5, MOST_STEPS * p.operators);
            walk.run(round % 2 == 0 ? 0.1 : 0.5, HOT * scale, COLD * scale, part);
            stale = incumbent.cost() < before ? 0 : stale + 1;
        }
        new Descent(state, incumbent).run(budget, false);
    }

    /** Leaves a feasible placement close to the relaxed solution in the state, or else the best one. {@return whether there is any} */
    private boolean nearRelaxed(TimeCostRelaxation relaxation, Budget budget) {
        double[][] shares = relaxation.shares();
        int[] mode = new int[p.operators];
        for (int i = 0; i < p.operators; i++) {
            if (p.block[i] >= 0 && incumbent.found()) mode[i] = incumbent.mode()[i];
            else for (int j = 1; j < shares[i].length; j++) if (shares[i][j] > shares[i][mode[i]]) mode[i] = j;
        }
        state.set(mode);
        new DeadlineRepair(state, relaxation.classCosts()).run(budget);
        incumbent.offer(state);
        if (!state.feasible() && incumbent.found()) state.set(incumbent.mode());
        return incumbent.found();
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
