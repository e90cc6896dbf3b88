package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Raises the bound of {@link Relaxed} by subgradient steps on the multipliers.
 *
 * <p>The load and memory prices of a class start at the price of its device and move towards whatever need binds. A deadline's
 * price is spread over paths by a unit flow, into which each iteration mixes the critical path of the rounded solution, so that
 * the flow stays conserved. Every iteration's value is a valid bound; the best is kept.
 */
public final class LagrangianBound {
    private static final double UNLIMITED_DEVICES = 1e5;

    private final CompiledProblem p;
    private final Relaxed relaxed;
    private final long[] finish;
    private final int[] previous;
    private final int[] pathNodes;
    private final int[] pathEdges;
    private int pathLength;
    /** Running averages of the rounded solutions: where to branch. */
    final double[][] averageClass;

    final double[] averageDevices;
    Multipliers best;

    LagrangianBound(CompiledProblem p, double ceiling) {
        this.p = p;
        relaxed = new Relaxed(p, ceiling);
        finish = new long[p.operators];
        previous = new int[p.operators];
        pathNodes = new int[p.operators];
        pathEdges = new int[p.operators];
        averageClass = new double[p.operators][p.classes];
        averageDevices = new double[p.classes];
        best = new Multipliers(p);
    }

    /**
     * {@return a number of dollars per hour that no feasible placement costs less than; 0 at least}
     *
     * @param iterations subgradient steps; 200 is usual
     */
    public static double dollarsPerHour(PlacementProblem problem, int iterations) {
        CompiledProblem p = new CompiledProblem(problem, true);
        if (p.someOperatorHasNoMode()) return Double.POSITIVE_INFINITY;
        Domain domain = Domain.whole(p);
        LagrangianBound bound = new LagrangianBound(p, CostCeiling.of(p));
        Budget budget = Budget.of(SolveOptions.steps(0, Long.MAX_VALUE));
        return Math.max(
                0, bound.raise(new Multipliers(p), domain, iterations, Double.POSITIVE_INFINITY, budget, modes -> {}));
    }

    /**
     * Raises the bound over a domain, starting from given multipliers; stops when it reaches {@code upper}.
     *
     * @param seeds is shown the rounded solution of each iteration
     */
    double raise(Multipliers start, Domain domain, int iterations, double upper, Budget budget, Consumer<int[]> seeds) {
        Multipliers m = start.copy();
        best = start;
        double bestBound = Double.NEGATIVE_INFINITY;
        double step = 1;
        int stale = 0;
        for (int it = 0; it < iterations && budget.steps(Math.max(1, p.operators / 4)); it++) {
            double bound = relaxed.bound(m, domain);
            if (bound > bestBound + 1e-7 * Math.abs(bestBound)) stale = 0;
            if (bound > bestBound) {
                bestBound = bound;
                best = m.copy();
            }
            if (bestBound >= upper) break;
            if (++stale % 10 == 0) {
                step /= 2;
                m = best.copy();
                if (step < 0.005) break;
            }
            average(it);
            seeds.accept(relaxed.mode);
            double target =
                    Double.isFinite(upper) ? upper : Math.max(bestBound * 1.2, bestBound + 1e-3 * Math.abs(bestBound));
            improve(m, domain, step * Math.max(1e-9, target - bound), it);
        }
        return bestBound;
    }

    private void average(int it) {
        double share = it == 0 ? 1 : Math.max(0.05, 1.0 / (it + 1));
        double[] devices = new double[p.classes];
        double[] memory = new double[p.classes];
        for (int i = 0; i < p.operators; i++) {
            for (int h = 0; h < p.classes; h++) averageClass[i][h] *= 1 - share;
            int h = relaxed.label[i];
            averageClass[i][h] += share;
            devices[h] += (double) p.load[i][relaxed.mode[i]] / p.capacityLoad[h];
            if (p.capacityMemory[h] > 0) memory[h] += relaxed.shareBytes(i, relaxed.mode[i]) / p.capacityMemory[h];
        }
        for (int h = 0; h < p.classes; h++) {
            averageDevices[h] = averageDevices[h] * (1 - share) + share * Math.max(devices[h], memory[h]);
        }
    }

    /** One Polyak step in which each multiplier has its natural unit: the price of a device, or the cost of the whole. */
    private void improve(Multipliers m, Domain domain, double gain, int it) {
        int[] mode = relaxed.mode;
        double[] forLoad = new double[p.classes];
        double[] forMemory = new double[p.classes];
        for (int i = 0; i < p.operators; i++) {
            int h = relaxed.label[i];
            forLoad[h] += (double) p.load[i][mode[i]] / p.capacityLoad[h];
            if (p.capacityMemory[h] > 0) forMemory[h] += relaxed.shareBytes(i, mode[i]) / p.capacityMemory[h];
        }
        double norm = 0;
        double whole = 0;
        for (int h = 0; h < p.classes; h++) {
            double left = p.price[h] - m.load[h] - m.memory[h];
            double slack = 1e-9 * p.price[h];
            double need = Math.max(forLoad[h], forMemory[h]);
            double devices = left > slack
                    ? domain.least[h]
                    : left < -slack ? domain.most[h] : Math.clamp(need, domain.least[h], (double) domain.most[h]);
            forLoad[h] -= devices;
            forMemory[h] -= devices;
            norm += square(p.price[h] * forLoad[h]) + square(p.price[h] * forMemory[h]);
            whole += p.price[h] * Math.min(need + 1, 1e6);
        }
        double[] crowded = crowded(mode);
        for (int l = 0; l < crowded.length; l++) {
            if (m.link[l] > 0 || crowded[l] > 0) norm += square(whole * crowded[l]);
        }
        double[] late = new double[p.limit.length];
        for (int d = 0; d < late.length; d++) {
            if (p.limit[d] >= CompiledProblem.UNLIMITED) continue;
            long length = criticalPath(d, mode);
            late[d] = Math.clamp((double) length / Math.max(1, p.limit[d]) - 1, -1, 1);
            m.mix(d, m.deadline[d] == 0 ? 1 : Math.max(2.0 / (it + 3), 0.03), pathNodes, pathLength, pathEdges);
            if (m.deadline[d] > 0 || late[d] > 0) norm += square(whole * late[d]);
        }
        if (norm <= 0) return;
        double step = gain / norm;
        for (int h = 0; h < p.classes; h++) {
            double unit = step * p.price[h] * p.price[h];
            m.load[h] = Math.max(0, m.load[h] + unit * forLoad[h]);
            m.memory[h] = p.capacityMemory[h] == 0 ? 0 : Math.max(0, m.memory[h] + unit * forMemory[h]);
            double sum = m.load[h] + m.memory[h];
            if (sum > p.price[h] && domain.most[h] > UNLIMITED_DEVICES) {
                m.load[h] *= p.price[h] / sum;
                m.memory[h] *= p.price[h] / sum;
            }
        }
        for (int l = 0; l < crowded.length; l++) {
            m.link[l] = Math.max(0, m.link[l] + step * whole * whole * crowded[l]);
        }
        for (int d = 0; d < late.length; d++) {
            m.deadline[d] = Math.max(0, m.deadline[d] + step * whole * whole * late[d]);
        }
    }

    /** How far each link is above its capacity (below 0: under it), relative to the capacity. */
    private double[] crowded(int[] mode) {
        double[] traffic = new double[p.linkCapacity.length];
        if (traffic.length == 0) return traffic;
        for (int e = 0; e < p.edgeFrom.length; e++) {
            int from = p.modeClass[p.edgeFrom[e]][mode[p.edgeFrom[e]]];
            int pair = from * p.classes + p.modeClass[p.edgeTo[e]][mode[p.edgeTo[e]]];
            for (int link : p.linksOfPair[pair]) traffic[link] += p.traffic[e];
        }
        for (int l = 0; l < traffic.length; l++) {
            traffic[l] = Math.clamp(traffic[l] / Math.max(1, p.linkCapacity[l]) - 1, -1, 1);
        }
        return traffic;
    }

    /** Leaves a longest path that deadline {@code d} counts in pathNodes and pathEdges, and returns its length. */
    private long criticalPath(int d, int[] mode) {
        int last = -1;
        Arrays.fill(previous, -1);
        for (int i : p.order) {
            long start = 0;
            for (int e : p.in[i]) {
                int before = p.edgeFrom[e];
                long hop = p.transfer[e][p.modeClass[before][mode[before]] * p.classes + p.modeClass[i][mode[i]]];
                long ready = finish[before] + Math.max(0, hop);
                if (previous[i] < 0 || ready > start) {
                    start = ready;
                    previous[i] = e;
                }
            }
            finish[i] = start + p.time[i][mode[i]];
            if (p.counts[d][i] && (last < 0 || finish[i] > finish[last])) last = i;
        }
        int length = 0;
        for (int i = last; i >= 0; i = previous[i] < 0 ? -1 : p.edgeFrom[previous[i]]) length++;
        pathLength = length;
        int at = length;
        for (int i = last; at > 0; ) {
            pathNodes[--at] = i;
            pathEdges[at] = Math.max(0, previous[i]);
            if (at > 0) i = p.edgeFrom[previous[i]];
        }
        return finish[last];
    }

    private static double square(double x) {
        return x * x;
    }
}
