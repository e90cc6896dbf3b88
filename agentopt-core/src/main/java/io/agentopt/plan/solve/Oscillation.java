package io.agentopt.plan.solve;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Simulated annealing on a set of classes that goes through late placements and others that break limits, at a price. The price of lateness rises while
 * the walk stays infeasible and falls while it stays feasible, so it keeps crossing the border, where tight plans lie.
 */
final class Oscillation {
    private static final int CHECK_EVERY = 256;
    private static final double LATE_AT_ALL = 0.003; // of the deadline
    private static final int DEAREST = 30;

    private final CompiledProblem p;
    private final SearchState state;
    private final Neighbourhood neighbourhood;
    private final SplittableRandom random;
    private final double[] energy;
    private final double deadline;
    private final double dearest;
    private final int[][] choices; // operator: modes on the set of classes
    private final boolean[][] mayUse; // operator, class
    private final CompoundMove move;
    private final int[] chunk = new int[16];
    private double w;
    private double penalty;
    private double lateness;
    private boolean feasible;

    Oscillation(SearchState state, Neighbourhood neighbourhood, long seed) {
        this.state = state;
        this.neighbourhood = neighbourhood;
        p = state.p;
        random = new SplittableRandom(seed);
        energy = new double[p.classes];
        dearest = Math.max(1e-6, Arrays.stream(p.price).max().orElse(0));
        deadline = Math.max(1, Arrays.stream(p.limit).min().orElse(1));
        choices = new int[p.operators][];
        mayUse = new boolean[p.operators][p.classes];
        move = new CompoundMove(state);
    }

    /** Restricts the walk to modes on some classes. Operators and blocks that have none there keep all of theirs. */
    void within(boolean[] classes) {
        for (int i = 0; i < p.operators; i++) {
            boolean any = false;
            if (p.block[i] < 0) for (int h : p.modeClass[i]) any |= classes[h];
            else for (int h : neighbourhood.classesOfBlock(p.block[i])) any |= classes[h];
            for (int h = 0; h < p.classes; h++) mayUse[i][h] = !any || classes[h];
            int count = 0;
            int[] list = new int[p.modeClass[i].length];
            for (int j = 0; j < list.length; j++) if (mayUse[i][p.modeClass[i][j]]) list[count++] = j;
            choices[i] = Arrays.copyOf(list, count);
        }
    }

    /** {@return the fastest modes on the classes, but those of {@code keep} that are on them} */
    int[] start(int[] keep) {
        int[] mode = new int[p.operators];
        for (int i = 0; i < p.operators; i++) {
            mode[i] = choices[i][0];
            for (int j : choices[i]) if (p.time[i][j] < p.time[i][mode[i]]) mode[i] = j;
            if (keep.length > 0 && mayUse[i][p.modeClass[i][keep[i]]]) mode[i] = keep[i];
        }
        for (int b = 0; b < p.blocks.length; b++) {
            int home = -1;
            for (int h : neighbourhood.classesOfBlock(b)) if (home < 0 && mayUse[p.blocks[b][0]][h]) home = h;
            for (int i : p.blocks[b]) {
                if (keep.length > 0 && mayUse[i][p.modeClass[i][keep[i]]]) continue;
                mode[i] = neighbourhood.modesOn(i, home)[0];
            }
        }
        return mode;
    }

    /** Walks from the current state, cooling from {@code hot} to {@code cold} dollars per hour; see {@link Annealing} for the weight. */
    void run(Incumbent into, double weight, double hot, double cold, long steps, Budget budget) {
        w = weight;
        penalty = dearest + 4 * hot;
        lateness = DEAREST * dearest;
        refresh();
        double temperature = hot;
        double cooling = Math.pow(cold / hot, (double) CHECK_EVERY / Math.max(CHECK_EVERY, steps));
        int kept = 0;
        for (long step = 1; step <= steps && budget.step(); step++) {
            if (step % CHECK_EVERY == 0) {
                temperature *= cooling;
                double factor = kept > CHECK_EVERY * 3 / 10 ? 0.8 : kept < CHECK_EVERY / 10 ? 1.25 : 1;
                lateness = Math.clamp(lateness * factor, 0.1 * dearest, 1e5 * dearest);
                kept = 0;
                refresh();
            }
            int kind = random.nextInt(16);
            if (kind == 0 && p.edgeFrom.length > 0) movePair(into, temperature);
            else if (kind == 1 && p.blocks.length > 0) moveBlock(into, random.nextInt(p.blocks.length), temperature);
            else if (kind == 2 && p.edgeFrom.length > 0) moveChunk(into, temperature);
            else moveOne(into, random.nextInt(p.operators), temperature);
            if (feasible) kept++;
        }
    }

    private void moveOne(Incumbent into, int i, double temperature) {
        int j = draw(i);
        int old = state.mode[i];
        if (j == old) return;
        int from = p.modeClass[i][old];
        int to = p.modeClass[i][j];
        long lateNow = state.finish[i] - state.latest[i];
        state.consider(i, j);
        state.fleet.remove(i, old);
        state.fleet.add(i, j);
        double energyFrom = classEnergy(from);
        double energyTo = from == to ? energyFrom : classEnergy(to);
        double delta = state.moneyDelta + energyFrom - energy[from] + (from == to ? 0 : energyTo - energy[to]);
        delta += lateness * (late(state.lateAfter) - late(lateNow)) + penalty * state.brokenDelta;
        if (!accepts(delta, temperature)) {
            state.fleet.remove(i, j);
            state.fleet.add(i, old);
            return;
        }
        boolean possible = !feasible || (state.lateAfter <= 0 && state.brokenDelta <= 0);
        state.apply(i, j, false);
        energy[from] = energyFrom;
        energy[to] = energyTo;
        feasible = possible && state.feasible();
        if (feasible) into.offer(state);
    }

    private int draw(int i) {
        if (p.block[i] >= 0) return neighbourhood.randomMode(state, i, random);
        int degree = p.in[i].length + p.out[i].length;
        if (degree > 0 && random.nextInt(4) == 0) {
            int k = random.nextInt(degree);
            int other = k < p.in[i].length ? p.edgeFrom[p.in[i][k]] : p.edgeTo[p.out[i][k - p.in[i].length]];
            int[] there = neighbourhood.modesOn(i, state.classOf(other));
            if (there.length > 0 && mayUse[i][state.classOf(other)]) return there[random.nextInt(there.length)];
        }
        return choices[i][random.nextInt(choices[i].length)];
    }

    private void movePair(Incumbent into, double temperature) {
        int e = random.nextInt(p.edgeFrom.length);
        int a = p.edgeFrom[e];
        int b = p.edgeTo[e];
        if (p.block[a] >= 0 || p.block[b] >= 0) return;
        int j = choices[a][random.nextInt(choices[a].length)];
        int h = p.modeClass[a][j];
        int[] onB = neighbourhood.modesOn(b, h);
        if (onB.length == 0 || !mayUse[b][h]) return;
        double before = total();
        move.begin();
        move.place(a, j);
        move.place(b, onB[random.nextInt(onB.length)]);
        settle(into, before, temperature);
    }

    private void moveBlock(Incumbent into, int block, double temperature) {
        int[] classes = neighbourhood.classesOfBlock(block);
        int h = classes[random.nextInt(classes.length)];
        if (!mayUse[p.blocks[block][0]][h]) return;
        double before = total();
        move.begin();
        for (int i : p.blocks[block]) {
            int[] modes = neighbourhood.modesOn(i, h);
            move.place(i, modes[random.nextInt(modes.length)]);
        }
        settle(into, before, temperature);
    }

    /** Moves an operator and neighbours on its class, and theirs, to another class together. */
    private void moveChunk(Incumbent into, double temperature) {
        int first = random.nextInt(p.operators);
        int from = state.classOf(first);
        int h = p.modeClass[first][choices[first][random.nextInt(choices[first].length)]];
        if (h == from) return;
        int most = 2 + random.nextInt(10);
        double before = total();
        int queued = 0;
        chunk[queued++] = first;
        move.begin();
        for (int k = 0; k < queued; k++) {
            int i = chunk[k];
            int[] modes = neighbourhood.modesOn(i, h);
            if (state.classOf(i) != from || modes.length == 0 || p.block[i] >= 0 || !mayUse[i][h]) continue;
            move.place(i, modes[random.nextInt(modes.length)]);
            for (int e : p.in[i]) if (queued < most && random.nextInt(4) > 0) chunk[queued++] = p.edgeFrom[e];
            for (int e : p.out[i]) if (queued < most && random.nextInt(4) > 0) chunk[queued++] = p.edgeTo[e];
        }
        settle(into, before, temperature);
    }

    private void settle(Incumbent into, double before, double temperature) {
        if (move.isEmpty()) return;
        if (accepts(total() - before, temperature)) {
            refresh();
            if (feasible) into.offer(state);
            return;
        }
        move.undo();
    }

    private boolean accepts(double delta, double temperature) {
        return delta <= 0 || random.nextDouble() < Math.exp(-delta / temperature);
    }

    private double total() {
        double sum = state.money() + lateness * late(state.late()) + penalty * state.brokenLinks();
        for (int h = 0; h < p.classes; h++) sum += classEnergy(h);
        return sum;
    }

    private double late(long nanoseconds) {
        return nanoseconds <= 0 ? 0 : nanoseconds / deadline + LATE_AT_ALL;
    }

    private double classEnergy(int h) {
        long devices = state.fleet.devices(h);
        double smooth = (1 - w) * devices + w * state.fleet.fraction(h);
        double sum = p.price[h] * Math.max(p.minimum[h], smooth);
        if (devices <= p.inventory[h]) return sum;
        double over = Math.max(state.fleet.fraction(h), state.fleet.widest(h)) - p.inventory[h];
        return sum + penalty * Math.clamp(over, 0.05, 1e6);
    }

    private void refresh() {
        for (int h = 0; h < p.classes; h++) energy[h] = classEnergy(h);
        feasible = state.feasible();
    }
}
