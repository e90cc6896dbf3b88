package io.agentopt.plan.solve;

import java.util.SplittableRandom;

/**
 * Simulated annealing over single moves that never breaks a limit, for problems of hundreds of operators and more.
 *
 * <p>It minimises what {@link Annealing} does, with fleets whose rounding is softened. A step takes a fraction of a microsecond: money is looked
 * at first, moves are timed on a {@link Timetable} with slack, and modes that cannot pay are not tried. Link capacities
 * are not looked at and co-location blocks stay on their class; the incumbent checks every placement that it is offered.
 */
final class OnTimeAnnealing {
    private static final int CHECK_EVERY = 256;
    private static final int TIGHTEN_EVERY = 32;
    /** Savings below this share of the cost wait for larger ones: each offer evaluates the whole placement. */
    private static final double WORTH_AN_OFFER = 1e-5;

    private final CompiledProblem p;
    private final SearchState state;
    private final Timetable times;
    private final FleetState fleet;
    private final Incumbent incumbent;
    private final SplittableRandom random;
    private final int[] mode;
    private final double[] energy; // per class
    private final int[] choiceOperator; // moves are drawn from these
    private final int[] choiceMode;
    private int choices;
    private double w;
    private double money;

    /** A walk whose finds go to an incumbent; {@code state} evaluates them. */
    OnTimeAnnealing(SearchState state, Incumbent incumbent, long seed) {
        p = state.p;
        this.state = state;
        this.incumbent = incumbent;
        times = new Timetable(p);
        fleet = new FleetState(p);
        random = new SplittableRandom(seed);
        mode = new int[p.operators];
        energy = new double[p.classes];
        int all = 0;
        for (int i = 0; i < p.operators; i++) {
            fleet.add(i, 0);
            all += p.modeClass[i].length;
        }
        choiceOperator = new int[all];
        choiceMode = new int[all];
    }

    /** {@return the placement that the walk is at} */
    int[] placement() {
        return mode;
    }

    /**
     * Draws moves of the placement taken over from the modes that cost little.
     *
     * @param reducedCost of each operator's modes, dollars per hour above the best at the prices of a relaxation
     * @param most the largest to try
     */
    void restrict(double[][] reducedCost, double most) {
        choices = 0;
        for (int i = 0; i < p.operators; i++) {
            int before = choices;
            for (int j = 0; j < reducedCost[i].length; j++) {
                if (reducedCost[i][j] > most) continue;
                choiceOperator[choices] = i;
                choiceMode[choices++] = j;
            }
            if (choices == before + 1 && choiceMode[before] == mode[i]) choices = before; // nothing to choose
        }
    }

    /** Takes over a placement that keeps every limit. */
    void set(int[] placement) {
        for (int i = 0; i < p.operators; i++) {
            fleet.remove(i, mode[i]);
            mode[i] = placement[i];
            fleet.add(i, mode[i]);
        }
        times.set(mode);
        state.set(mode);
        money = state.money();
    }

    /**
     * Walks on from where it is to the end of the budget, cooling from {@code hot} to {@code cold} dollars per hour, while the weight of the
     * soft fleet (1: no rounding) goes from 1 to {@code hard}.
     */
    void run(double hard, double hot, double cold, Budget budget) {
        if (choices == 0) return;
        Budget.Mark start = budget.mark();
        int moves = 0;
        while (budget.steps(CHECK_EVERY)) {
            double done = 1 - budget.leftSince(start);
            double temperature = hot * Math.pow(cold / hot, done);
            w = 1 + (hard - 1) * done;
            for (int h = 0; h < p.classes; h++) energy[h] = fleet.softDollars(h, w);
            for (int k = 0; k < CHECK_EVERY; k++) {
                int choice = random.nextInt(choices);
                if (!move(choiceOperator[choice], choiceMode[choice], temperature)) continue;
                if (++moves % TIGHTEN_EVERY == 0) times.tighten();
            }
        }
    }

    private boolean move(int i, int j, double temperature) {
        int old = mode[i];
        int h = p.modeClass[i][old];
        int g = p.modeClass[i][j];
        if (j == old || (h != g && p.block[i] >= 0)) return false;
        fleet.remove(i, old);
        fleet.add(i, j);
        double spent = p.dollars[i][j] - p.dollars[i][old] + (h == g ? 0 : transferDollars(i, h, g));
        double energyTo = fleet.softDollars(g, w);
        double energyFrom = h == g ? energyTo : fleet.softDollars(h, w);
        double delta = spent + energyTo - energy[g] + (h == g ? 0 : energyFrom - energy[h]);
        if ((delta > 0 && delta > -temperature * Math.log(random.nextDouble()))
                || !times.fits(i, j)
                || fleet.devices(g) > p.inventory[g]) {
            fleet.remove(i, j);
            fleet.add(i, old);
            return false;
        }
        times.move(i, j);
        mode[i] = j;
        money += spent;
        energy[h] = energyFrom;
        energy[g] = energyTo;
        if (delta < 0 && money + fleet.dollars() < incumbent.cost() * (1 - WORTH_AN_OFFER)) {
            state.set(mode);
            incumbent.offer(state);
        }
        return true;
    }

    private double transferDollars(int i, int h, int g) {
        double delta = 0;
        for (int e : p.in[i]) {
            int row = classOf(p.edgeFrom[e]) * p.classes;
            delta += p.transferDollars[e][row + g] - p.transferDollars[e][row + h];
        }
        for (int e : p.out[i]) {
            int column = classOf(p.edgeTo[e]);
            delta += p.transferDollars[e][g * p.classes + column] - p.transferDollars[e][h * p.classes + column];
        }
        return delta;
    }

    private int classOf(int i) {
        return p.modeClass[i][mode[i]];
    }
}
