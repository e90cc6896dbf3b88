package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Simulated annealing over single moves, pairs along an edge and whole blocks.
 *
 * <p>Rounding to whole devices makes plateaus, so the walk minimises, per class, price * ((1 - w) * ceil(f) + w * f) with f
 * the devices before rounding, and w falls from round to round. Only the true cost of a feasible state counts as a result.
 * A feasible state never takes an infeasible move; an infeasible one pays for lateness, missing links and devices beyond the
 * inventory, with weights that grow until it finds its way back.
 */
final class Annealing {
    private static final int CHECK_EVERY = 256;

    /** A chunk is tried by making it, with all that it delays: on large graphs that costs as much as hundreds of single moves. */
    private static final int MOST_FOR_CHUNKS = 100;

    private final CompiledProblem p;
    private final SearchState state;
    private final Neighbourhood neighbourhood;
    private final Incumbent incumbent;
    private final SplittableRandom random;
    private final double[] energy; // per class
    private final long[] cap; // devices allowed, at most the inventory
    private final CompoundMove move;
    private final int[] chunk = new int[16];
    private final double timeUnit;
    private final double dearest;
    private double w;
    private double penalty;
    private boolean feasible;
    private boolean untilFeasible;

    Annealing(SearchState state, Neighbourhood neighbourhood, Incumbent incumbent, long seed) {
        this.p = state.p;
        this.state = state;
        this.neighbourhood = neighbourhood;
        this.incumbent = incumbent;
        this.random = new SplittableRandom(seed);
        this.energy = new double[p.classes];
        this.cap = p.inventory.clone();
        move = new CompoundMove(state);
        dearest = Arrays.stream(p.price).max().orElse(0);
        long tightest = CompiledProblem.UNLIMITED;
        for (long limit : p.limit) tightest = Math.min(tightest, limit);
        this.timeUnit = Quanta.seconds(Math.max(1, tightest)) * 1e9;
    }

    /** Walks with the class {@code h} held to {@code devices}, a larger neighbourhood around the state. */
    void squeeze(int h, long devices, double weight, double hot, double cold, long steps, Budget budget) {
        long before = cap[h];
        cap[h] = Math.min(before, devices);
        run(weight, hot, cold, steps, budget);
        cap[h] = before;
    }

    /** Walks from the current state until every class fits a fleet and all limits are kept. {@return whether it got there} */
    boolean repair(long[] fleet, double hot, double cold, long steps, Budget budget) {
        long[] before = cap.clone();
        for (int h = 0; h < cap.length; h++) cap[h] = Math.min(cap[h], fleet[h]);
        untilFeasible = true;
        run(0.5, hot, cold, steps, budget);
        untilFeasible = false;
        System.arraycopy(before, 0, cap, 0, cap.length);
        return feasible;
    }

    /** Walks from the current state, cooling from {@code hot} to {@code cold} dollars per hour. */
    void run(double weight, double hot, double cold, long steps, Budget budget) {
        w = weight;
        penalty = 4 * hot + dearest;
        refresh();
        double temperature = hot;
        double cooling = Math.pow(cold / hot, (double) CHECK_EVERY / Math.max(CHECK_EVERY, steps));
        for (long step = 0; step < steps && budget.step(); step++) {
            if (step % CHECK_EVERY == CHECK_EVERY - 1) {
                temperature *= cooling;
                penalty = Math.clamp(feasible ? penalty * 0.9 : penalty * 1.3, hot, 1e6 * hot);
                refresh();
            }
            if (untilFeasible && feasible) break;
            int kind = random.nextInt(16);
            if (kind == 0 && p.edgeFrom.length > 0) {
                movePair(temperature);
            } else if (kind == 2 && p.operators <= MOST_FOR_CHUNKS && p.edgeFrom.length > 0) {
                moveChunk(temperature);
            } else if (kind == 1 && p.blocks.length > 0) {
                moveBlock(random.nextInt(p.blocks.length), temperature);
            } else {
                moveOne(random.nextInt(p.operators), temperature);
            }
        }
    }

    private void moveOne(int i, double temperature) {
        int j = neighbourhood.randomMode(state, i, random);
        int old = state.mode[i];
        if (j == old) return;
        int from = p.modeClass[i][old];
        int to = p.modeClass[i][j];
        long lateNow = Math.max(0, state.finish[i] - state.latest[i]);
        state.consider(i, j);
        if (feasible && (state.lateAfter > 0 || state.brokenDelta > 0)) return;
        state.fleet.remove(i, old);
        state.fleet.add(i, j);
        double energyFrom = classEnergy(from);
        double energyTo = from == to ? energyFrom : classEnergy(to);
        double delta = state.moneyDelta + energyFrom - energy[from] + (from == to ? 0 : energyTo - energy[to]);
        if (!feasible)
            delta += penalty * ((Math.max(0, state.lateAfter) - lateNow) / timeUnit * p.operators + state.brokenDelta);
        boolean over = feasible && state.fleet.devices(to) > cap[to];
        if (over || !accepts(delta, temperature)) {
            state.fleet.remove(i, j);
            state.fleet.add(i, old);
            return;
        }
        state.apply(i, j, false);
        energy[from] = energyFrom;
        energy[to] = energyTo;
        if (!feasible) feasible = feasibleNow();
        if (feasible) incumbent.offer(state);
    }

    private void movePair(double temperature) {
        int e = random.nextInt(p.edgeFrom.length);
        int a = p.edgeFrom[e];
        int b = p.edgeTo[e];
        if (p.block[a] >= 0 || p.block[b] >= 0) return;
        int h = p.modeClass[a][random.nextInt(p.modeClass[a].length)];
        int[] onA = neighbourhood.modesOn(a, h);
        int[] onB = neighbourhood.modesOn(b, h);
        if (onB.length == 0) return;
        double before = totalEnergy();
        move.begin();
        move.place(a, onA[random.nextInt(onA.length)]);
        move.place(b, onB[random.nextInt(onB.length)]);
        settle(before, temperature);
    }

    /** Moves an operator and neighbours on its class, and theirs, to another class together. */
    private void moveChunk(double temperature) {
        int first = random.nextInt(p.operators);
        int from = state.classOf(first);
        int h = p.modeClass[first][random.nextInt(p.modeClass[first].length)];
        if (h == from) return;
        int most = 2 + random.nextInt(10);
        double before = totalEnergy();
        int queued = 0;
        chunk[queued++] = first;
        move.begin();
        for (int at = 0; at < queued; at++) {
            int i = chunk[at];
            if (state.classOf(i) != from) continue;
            int[] modes = neighbourhood.modesOn(i, h);
            if (modes.length == 0 || p.block[i] >= 0) continue;
            move.place(i, modes[random.nextInt(modes.length)]);
            for (int e : p.in[i]) if (queued < most && random.nextInt(4) > 0) chunk[queued++] = p.edgeFrom[e];
            for (int e : p.out[i]) if (queued < most && random.nextInt(4) > 0) chunk[queued++] = p.edgeTo[e];
        }
        settle(before, temperature);
    }

    private void moveBlock(int block, double temperature) {
        int[] classes = neighbourhood.classesOfBlock(block);
        int h = classes[random.nextInt(classes.length)];
        double before = totalEnergy();
        move.begin();
        for (int i : p.blocks[block]) {
            int[] modes = neighbourhood.modesOn(i, h);
            move.place(i, modes[random.nextInt(modes.length)]);
        }
        settle(before, temperature);
    }

    /** Keeps a compound move or takes it back. */
    private void settle(double before, double temperature) {
        if (move.isEmpty()) return;
        boolean fine = feasibleNow();
        if ((fine || !feasible) && accepts(totalEnergy() - before, temperature)) {
            refresh();
            if (feasible) incumbent.offer(state);
            return;
        }
        move.undo();
    }

    private boolean accepts(double delta, double temperature) {
        return delta <= 0 || random.nextDouble() < Math.exp(-delta / temperature);
    }

    private boolean feasibleNow() {
        if (state.brokenLinks() > 0) return false;
        for (int h = 0; h < p.classes; h++) if (state.fleet.devices(h) > cap[h]) return false;
        return state.late() <= 0;
    }

    private double totalEnergy() {
        double sum = state.money();
        for (int h = 0; h < p.classes; h++) sum += classEnergy(h);
        return sum + penalty * (Math.max(0, state.late()) / timeUnit * p.operators + state.brokenLinks());
    }

    private double classEnergy(int h) {
        return state.fleet.softDollars(h, w) + (state.fleet.devices(h) > cap[h] ? penalty * over(h) : 0);
    }

    /** How far a class is beyond its cap, in fractions of devices: a slope that leads back. */
    private double over(int h) {
        double need = Math.max(state.fleet.fraction(h), state.fleet.widest(h)) - cap[h];
        return Math.clamp(need, 0.02, 1e6);
    }

    private void refresh() {
        for (int h = 0; h < p.classes; h++) energy[h] = classEnergy(h);
        feasible = feasibleNow();
    }
}
