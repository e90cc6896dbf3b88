package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Complete search over modes in topological order.
 *
 * <p>With every limit hard the score is the cost, and a node is cut when the larger of two valid bounds reaches the best:
 * <pre>
 * A = money so far + sum price_h load_h / capacity_h            + sum over the rest of min_j (money_j + price load_j / capacity)
 * B = money so far + sum price_h n_h (rounded up, placed part)  + sum over the rest of min_j money_j
 * </pre>
 * With some families soft the score is how far those limits are broken, and the rest stay hard: that is how the least change
 * that makes a problem feasible is found and proved.
 */
final class DepthFirstSearch {
    private static final double NO_SCORE = Double.POSITIVE_INFINITY;

    private final CompiledProblem p;
    private final Set<Family> soft;
    private final PathBounds bounds;
    private final Budget budget;
    private final FleetState fleet;
    private final LinkState links;
    private final int[][] candidates;
    private final double[] restA;
    private final double[] restB;
    private final long[] finish;
    private final int[] mode;
    private final long[][] path; // depth, deadline
    private final int[] blockClass;
    private double best;
    private int[] bestMode = {};
    private long foundAt;
    private boolean complete = true;

    /**
     * What a search knows in the end.
     *
     * @param modes the best placement, if any was found
     * @param score its score
     * @param complete whether the whole tree was searched, so that {@code modes} is optimal or there is none
     * @param foundAt when the best was found, on the clock of {@code System.nanoTime}
     */
    record Outcome(Optional<int[]> modes, double score, boolean complete, long foundAt) {}

    DepthFirstSearch(CompiledProblem p, Set<Family> soft, Budget budget) {
        this.p = p;
        this.soft = soft;
        this.budget = budget;
        this.bounds = new PathBounds(p, soft.contains(Family.LINK));
        this.fleet = new FleetState(p);
        this.links = new LinkState(p);
        this.finish = new long[p.operators];
        this.mode = new int[p.operators];
        this.path = new long[p.operators + 1][p.limit.length];
        this.blockClass = new int[p.blocks.length];
        Arrays.fill(blockClass, -1);
        this.candidates = new int[p.operators][];
        for (int i = 0; i < p.operators; i++) candidates[i] = sorted(i);
        this.restA = new double[p.operators + 1];
        this.restB = new double[p.operators + 1];
        for (int at = p.operators - 1; at >= 0; at--) fillRest(at);
    }

    /** Searches for a score below {@code upperBound}. */
    Outcome run(double upperBound) {
        best = upperBound;
        descend(0, 0, 0);
        return new Outcome(bestMode.length == 0 ? Optional.empty() : Optional.of(bestMode), best, complete, foundAt);
    }

    /** {@return a lower bound on the cost of every placement} */
    double rootBound() {
        return Math.max(fleetA() + restA[0], fleet.dollars() + restB[0]);
    }

    private void descend(int depth, double money, double broken) {
        if (depth == p.operators) {
            double score = soft.isEmpty() ? money + fleet.dollars() : score(depth, broken);
            if (Quanta.cheaper(score, best)) {
                best = score;
                bestMode = mode.clone();
                foundAt = System.nanoTime();
            }
            return;
        }
        int i = p.order[depth];
        for (int j : candidates[i]) {
            if (!budget.step()) {
                complete = false;
                return;
            }
            tryMode(depth, i, j, money, broken);
            if (!complete) return;
        }
    }

    private void tryMode(int depth, int i, int j, double money, double broken) {
        int h = p.modeClass[i][j];
        if (bounds.dead(i, h)) return;
        double nowBroken = broken;
        int block = p.block[i];
        int classBefore = block < 0 ? -1 : blockClass[block];
        if (classBefore >= 0 && classBefore != h) {
            if (!soft.contains(Family.COLOCATION)) return;
            nowBroken += 1;
        }
        long start = 0;
        double nowMoney = money + p.dollars[i][j];
        for (int e : p.in[i]) {
            int from = p.edgeFrom[e];
            int pair = p.modeClass[from][mode[from]] * p.classes + h;
            long hop = p.transfer[e][pair];
            if (hop == CompiledProblem.NO_LINK) {
                if (!soft.contains(Family.LINK)) return;
                nowBroken += 1;
                hop = 0;
            }
            nowMoney += p.transferDollars[e][pair];
            start = Math.max(start, finish[from] + hop);
        }
        finish[i] = start + p.time[i][j];
        if (!pathsFit(depth, i, h)) return;
        fleet.add(i, j);
        mode[i] = j;
        for (int e : p.in[i]) links.add(e, p.modeClass[p.edgeFrom[e]][mode[p.edgeFrom[e]]] * p.classes + h);
        if (block >= 0 && classBefore < 0) blockClass[block] = h;
        boolean fits = soft.contains(Family.INVENTORY) || fleet.devices(h) <= p.inventory[h];
        fits &= soft.contains(Family.BANDWIDTH) || links.overload() == 0;
        if (fits && Quanta.cheaper(bound(depth + 1, nowMoney, nowBroken), best))
            descend(depth + 1, nowMoney, nowBroken);
        fleet.remove(i, j);
        for (int e : p.in[i]) links.remove(e, p.modeClass[p.edgeFrom[e]][mode[p.edgeFrom[e]]] * p.classes + h);
        if (block >= 0) blockClass[block] = classBefore;
    }

    private boolean pathsFit(int depth, int i, int h) {
        for (int d = 0; d < p.limit.length; d++) {
            long tail = bounds.tail(d, i, h);
            long now = tail == PathBounds.NONE ? 0 : finish[i] + tail;
            path[depth + 1][d] = Math.max(path[depth][d], now);
            boolean softHere = soft.contains(d == 0 ? Family.DEADLINE : Family.MILESTONE);
            if (!softHere && path[depth + 1][d] > p.limit[d]) return false;
        }
        return true;
    }

    private double bound(int depth, double money, double broken) {
        if (!soft.isEmpty()) return score(depth, broken);
        return money + Math.max(fleetA() + restA[depth], fleet.dollars() + restB[depth]);
    }

    /** How far the soft limits are broken; never less for a longer prefix, so it bounds itself. */
    private double score(int depth, double broken) {
        double sum = broken + links.excess();
        for (int d = 0; d < p.limit.length; d++) {
            long late = path[depth][d] - p.limit[d];
            if (late > 0) sum += Quanta.seconds(late) / (Quanta.seconds(p.limit[d]) + 1e-3);
        }
        for (int h = 0; h < p.classes; h++) {
            long excess = fleet.devices(h) - p.inventory[h];
            if (excess > 0) sum += excess * (1 + 1e-3 * p.price[h]);
        }
        return sum;
    }

    private double fleetA() {
        double sum = 0;
        for (int h = 0; h < p.classes; h++) {
            sum += p.minimum[h] > 0 ? fleet.dollars(h) : marginal(h) * fleet.load[h];
        }
        return sum;
    }

    /** Price of a unit of load; nothing on classes that are paid anyway. */
    private double marginal(int h) {
        return p.minimum[h] > 0 ? 0 : p.price[h] / p.capacityLoad[h];
    }

    private void fillRest(int at) {
        int i = p.order[at];
        double leastA = NO_SCORE;
        double leastB = NO_SCORE;
        for (int j = 0; j < p.time[i].length; j++) {
            leastA = Math.min(leastA, p.dollars[i][j] + marginal(p.modeClass[i][j]) * p.load[i][j]);
            leastB = Math.min(leastB, p.dollars[i][j]);
        }
        double transfers = 0;
        for (int e : p.in[i]) transfers += leastTransfer(e);
        restA[at] = restA[at + 1] + leastA + transfers;
        restB[at] = restB[at + 1] + leastB + transfers;
    }

    private double leastTransfer(int e) {
        double least = NO_SCORE;
        for (int pair = 0; pair < p.transfer[e].length; pair++) {
            if (p.transfer[e][pair] != CompiledProblem.NO_LINK) least = Math.min(least, p.transferDollars[e][pair]);
        }
        return least == NO_SCORE ? 0 : least;
    }

    private int[] sorted(int i) {
        Integer[] js = new Integer[p.time[i].length];
        for (int j = 0; j < js.length; j++) js[j] = j;
        Arrays.sort(js, (a, b) -> {
            int byScore = soft.isEmpty()
                    ? Double.compare(standAlone(i, a), standAlone(i, b))
                    : Long.compare(p.time[i][a], p.time[i][b]);
            return byScore != 0 ? byScore : Integer.compare(a, b);
        });
        return Arrays.stream(js).mapToInt(Integer::intValue).toArray();
    }

    private double standAlone(int i, int j) {
        int h = p.modeClass[i][j];
        return p.dollars[i][j] + p.price[h] * p.load[i][j] / p.capacityLoad[h];
    }
}
