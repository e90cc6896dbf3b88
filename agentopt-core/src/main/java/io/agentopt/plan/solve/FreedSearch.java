package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * Complete search over the modes of a few freed operators while the rest of a placement stays.
 *
 * <p>Freed operators are taken in topological order. The ends of those before are exact; for those after,
 * <pre>
 * latest_i(h) = min(deadlines that count i, min over out-edges of max over g (latest_k(g) - fastest_k(g) - transfer(h, g)))
 * </pre>
 * is the latest end of operator i on class h, exact where no freed operator follows on two ways. The score is
 * cost + {@value #SMOOTH} * sum of slope_h price_h (load of h in devices): among equal costs it prefers room on the classes with a
 * large slope. A branch is cut when money, whole devices, and the next sum of device prices that covers the fractions of the rest reach the best.
 */
final class FreedSearch {
    private static final double SMOOTH = 0.1;
    private static final long NEVER = Long.MIN_VALUE / 4;

    private final CompiledProblem p;
    private final PriceSums sums;
    private final FleetState fleet;
    private final int[] inFleet; // mode that the fleet holds of an operator, -1 for none
    private final boolean[] free;
    private final long[][] latest; // operator, class
    private final long[][] fastest; // operator, class
    private final long[] finish;
    private final int[] at; // class of an operator, -1 while open
    private final int[] mode;
    private final int[] blockClass;
    private final double[] dollars; // class
    private final double[] smooth; // class: price times load in devices
    private final double[] restMoney; // depth
    private final double[] restSmooth;
    private final double[] restSloped;
    private final int[][] between; // depth: fixed operators to finish before that depth
    private final double[][] key; // depth, candidate
    private final int[][] candidate;
    /** For each class what its load counts for, relative to the price of the devices that carry it. */
    final double[] slope;

    private LinkState links;
    private double allDollars;
    private double allSmooth;
    private int[] freed = {};
    private double ceiling;
    private double best;
    private boolean found;
    private long nodes;
    private long limit;
    private boolean complete;
    private final int[] bestMode;

    FreedSearch(CompiledProblem p) {
        this.p = p;
        sums = new PriceSums(p);
        fleet = new FleetState(p);
        inFleet = new int[p.operators];
        Arrays.fill(inFleet, -1);
        free = new boolean[p.operators];
        latest = new long[p.operators][p.classes];
        fastest = new long[p.operators][p.classes];
        finish = new long[p.operators];
        at = new int[p.operators];
        mode = new int[p.operators];
        bestMode = new int[p.operators];
        blockClass = new int[p.blocks.length];
        dollars = new double[p.classes];
        smooth = new double[p.classes];
        slope = new double[p.classes];
        Arrays.fill(slope, 1);
        restMoney = new double[p.operators + 1];
        restSmooth = new double[p.operators + 1];
        restSloped = new double[p.operators + 1];
        between = new int[p.operators + 1][];
        int most = Arrays.stream(p.modeClass).mapToInt(m -> m.length).max().orElse(0);
        key = new double[p.operators][most];
        candidate = new int[p.operators][most];
        links = new LinkState(p);
    }

    /** {@return whether the last search looked at everything} */
    boolean complete() {
        return complete;
    }

    /** {@return nodes of the last search} */
    long nodes() {
        return nodes;
    }

    /** {@return the placement found by the last search} */
    int[] mode() {
        return bestMode.clone();
    }

    /**
     * Looks for a placement of a lower score that differs in the freed operators alone.
     *
     * @param base a feasible placement
     * @param operators the freed ones, whole co-location blocks
     * @param atMost cost that no result may exceed
     * @param most nodes after which it gives up
     */
    boolean improves(int[] base, int[] operators, double atMost, long most) {
        ceiling = atMost * (1 + 1e-12);
        limit = most;
        nodes = 0;
        complete = true;
        found = false;
        Arrays.fill(free, false);
        for (int i : operators) free[i] = true;
        freed = Arrays.stream(p.order).filter(i -> free[i]).toArray();
        double money = fix(base);
        best = score(base) * (1 - 1e-9) - 1e-9;
        backward();
        forward();
        rest();
        double sloped = 0;
        for (int h = 0; h < p.classes; h++) sloped += slope[h] * smooth[h];
        descend(0, money, sloped);
        return found;
    }

    /** Takes over the fixed part; {@return its money} */
    private double fix(int[] base) {
        double money = 0;
        for (int i = 0; i < p.operators; i++) {
            int keep = free[i] ? -1 : base[i];
            if (inFleet[i] != keep && inFleet[i] >= 0) fleet.remove(i, inFleet[i]);
            if (inFleet[i] != keep && keep >= 0) fleet.add(i, keep);
            inFleet[i] = keep;
            mode[i] = base[i];
            at[i] = free[i] ? -1 : p.modeClass[i][base[i]];
            if (!free[i]) money += p.dollars[i][base[i]];
        }
        for (int b = 0; b < p.blocks.length; b++) blockClass[b] = at[p.blocks[b][0]];
        if (p.linkCapacity.length > 0) links = new LinkState(p);
        for (int e = 0; e < p.edgeFrom.length; e++) {
            int from = at[p.edgeFrom[e]];
            int to = at[p.edgeTo[e]];
            if (from < 0 || to < 0) continue;
            money += p.transferDollars[e][from * p.classes + to];
            links.add(e, from * p.classes + to);
        }
        allDollars = 0;
        allSmooth = 0;
        for (int h = 0; h < p.classes; h++) {
            dollars[h] = fleet.dollars(h);
            smooth[h] = smoothOf(h);
            allDollars += dollars[h];
            allSmooth += smooth[h];
        }
        return money;
    }

    private double smoothOf(int h) {
        return p.price[h] * Math.max(p.minimum[h], (double) fleet.load[h] / p.capacityLoad[h]);
    }

    private double score(int[] base) {
        for (int i : freed) fleet.add(i, base[i]);
        double sum = 0;
        for (int h = 0; h < p.classes; h++) sum += fleet.dollars(h) + SMOOTH * slope[h] * smoothOf(h);
        for (int i : freed) fleet.remove(i, base[i]);
        for (int i = 0; i < p.operators; i++) sum += p.dollars[i][base[i]];
        for (int e = 0; e < p.edgeFrom.length; e++) {
            int a = p.edgeFrom[e];
            int b = p.edgeTo[e];
            sum += p.transferDollars[e][p.modeClass[a][base[a]] * p.classes + p.modeClass[b][base[b]]];
        }
        return sum;
    }

    private void backward() {
        for (int k = p.operators - 1; k >= 0; k--) {
            int i = p.order[k];
            long end = CompiledProblem.UNLIMITED;
            for (int d = 0; d < p.limit.length; d++) if (p.counts[d][i]) end = Math.min(end, p.limit[d]);
            Arrays.fill(fastest[i], CompiledProblem.UNLIMITED);
            if (!free[i]) {
                fastest[i][at[i]] = p.time[i][mode[i]];
                latest[i][at[i]] = latest(i, at[i], end);
                continue;
            }
            for (int j = 0; j < p.time[i].length; j++) {
                int h = p.modeClass[i][j];
                fastest[i][h] = Math.min(fastest[i][h], p.time[i][j]);
            }
            for (int h = 0; h < p.classes; h++) {
                if (fastest[i][h] < CompiledProblem.UNLIMITED) latest[i][h] = latest(i, h, end);
            }
        }
    }

    private long latest(int i, int h, long limitHere) {
        long end = limitHere;
        for (int e : p.out[i]) {
            int k = p.edgeTo[e];
            long most = NEVER;
            for (int g = 0; g < p.classes; g++) {
                long hop = p.transfer[e][h * p.classes + g];
                if (fastest[k][g] == CompiledProblem.UNLIMITED || hop == CompiledProblem.NO_LINK) continue;
                most = Math.max(most, latest[k][g] - fastest[k][g] - hop);
            }
            end = Math.min(end, most);
        }
        return end;
    }

    /** Ends of what no freed operator delays, and the lists of fixed operators that follow on each depth. */
    private void forward() {
        boolean[] delayed = new boolean[p.operators];
        int[] list = new int[p.operators];
        int length = 0;
        int depth = 0;
        for (int i : p.order) {
            delayed[i] = free[i];
            for (int e : p.in[i]) delayed[i] |= delayed[p.edgeFrom[e]];
            if (free[i]) {
                between[depth++] = Arrays.copyOf(list, length);
                length = 0;
            } else if (delayed[i]) {
                list[length++] = i;
            } else {
                finish[i] = finish(i, at[i], p.time[i][mode[i]]);
            }
        }
        between[depth] = Arrays.copyOf(list, length);
    }

    private long finish(int i, int h, long time) {
        long start = 0;
        for (int e : p.in[i]) {
            int from = p.edgeFrom[e];
            start = Math.max(start, finish[from] + Math.max(0, p.transfer[e][at[from] * p.classes + h]));
        }
        return start + time;
    }

    private void rest() {
        int depths = freed.length;
        restMoney[depths] = 0;
        restSmooth[depths] = 0;
        restSloped[depths] = 0;
        for (int depth = depths - 1; depth >= 0; depth--) {
            int i = freed[depth];
            double money = Double.POSITIVE_INFINITY;
            double least = Double.POSITIVE_INFINITY;
            double sloped = Double.POSITIVE_INFINITY;
            for (int j = 0; j < p.time[i].length; j++) {
                int h = p.modeClass[i][j];
                double share = p.minimum[h] > 0 ? 0 : p.price[h] * p.load[i][j] / p.capacityLoad[h];
                money = Math.min(money, p.dollars[i][j]);
                least = Math.min(least, share);
                sloped = Math.min(sloped, slope[h] * share);
            }
            restMoney[depth] = restMoney[depth + 1] + money;
            restSmooth[depth] = restSmooth[depth + 1] + least;
            restSloped[depth] = restSloped[depth + 1] + sloped;
        }
    }

    private void descend(int depth, double money, double sloped) {
        for (int i : between[depth]) {
            finish[i] = finish(i, at[i], p.time[i][mode[i]]);
            if (finish[i] > latest[i][at[i]]) return;
        }
        if (depth == freed.length) {
            double score = money + allDollars + SMOOTH * sloped;
            if (score >= best || money + allDollars > ceiling) return;
            best = score;
            found = true;
            System.arraycopy(mode, 0, bestMode, 0, p.operators);
            return;
        }
        int count = candidates(depth, money, sloped);
        for (int k = 0; k < count && complete; k++) {
            if (key[depth][k] >= best) return;
            if (++nodes > limit) complete = false;
            else enter(depth, candidate[depth][k], money, sloped);
        }
    }

    /** Sorts the modes that may still lead to a better score by their bound; {@return how many there are} */
    private int candidates(int depth, double money, double sloped) {
        int i = freed[depth];
        int home = p.block[i] < 0 ? -1 : blockClass[p.block[i]];
        int count = 0;
        for (int j = 0; j < p.time[i].length; j++) {
            int h = p.modeClass[i][j];
            if ((home >= 0 && home != h) || finish(i, h, p.time[i][j]) > latest[i][h]) continue;
            double paid = money(i, j, h, money);
            if (paid == Double.POSITIVE_INFINITY) continue;
            fleet.add(i, j);
            boolean over = fleet.devices(h) > p.inventory[h];
            double whole = allDollars - dollars[h] + fleet.dollars(h);
            double change = smoothOf(h) - smooth[h];
            fleet.remove(i, j);
            if (over) continue;
            double missing = allSmooth + change + restSmooth[depth + 1] - whole;
            double cost = paid + restMoney[depth + 1] + whole + sums.atLeast(missing);
            double score = cost + SMOOTH * (sloped + slope[h] * change + restSloped[depth + 1]);
            if (cost > ceiling || score >= best) continue;
            int k = count++;
            for (; k > 0 && key[depth][k - 1] > score; k--) {
                key[depth][k] = key[depth][k - 1];
                candidate[depth][k] = candidate[depth][k - 1];
            }
            key[depth][k] = score;
            candidate[depth][k] = j;
        }
        return count;
    }

    private void enter(int depth, int j, double money, double sloped) {
        int i = freed[depth];
        int h = p.modeClass[i][j];
        int block = p.block[i];
        int home = block < 0 ? -1 : blockClass[block];
        double paid = money(i, j, h, money);
        double dollarsBefore = dollars[h];
        double smoothBefore = smooth[h];
        double allDollarsBefore = allDollars;
        double allSmoothBefore = allSmooth;
        fleet.add(i, j);
        dollars[h] = fleet.dollars(h);
        smooth[h] = smoothOf(h);
        allDollars += dollars[h] - dollarsBefore;
        allSmooth += smooth[h] - smoothBefore;
        mode[i] = j;
        at[i] = h;
        finish[i] = finish(i, h, p.time[i][j]);
        if (block >= 0) blockClass[block] = h;
        route(i, h, true);
        if (links.overload() == 0) descend(depth + 1, paid, sloped + slope[h] * (smooth[h] - smoothBefore));
        route(i, h, false);
        if (block >= 0) blockClass[block] = home;
        at[i] = -1;
        fleet.remove(i, j);
        dollars[h] = dollarsBefore;
        smooth[h] = smoothBefore;
        allDollars = allDollarsBefore;
        allSmooth = allSmoothBefore;
    }

    /** {@return the money so far once an operator takes a mode; infinite when a link is missing} */
    private double money(int i, int j, int h, double before) {
        double sum = before + p.dollars[i][j];
        for (int e : p.in[i]) sum += money(e, at[p.edgeFrom[e]] * p.classes + h);
        for (int e : p.out[i]) {
            int to = p.edgeTo[e];
            if (!free[to]) sum += money(e, h * p.classes + at[to]);
        }
        return sum;
    }

    private double money(int e, int pair) {
        return p.transfer[e][pair] == CompiledProblem.NO_LINK ? Double.POSITIVE_INFINITY : p.transferDollars[e][pair];
    }

    private void route(int i, int h, boolean add) {
        if (p.linkCapacity.length == 0) return;
        for (int e : p.in[i]) carry(e, at[p.edgeFrom[e]] * p.classes + h, add);
        for (int e : p.out[i]) {
            int to = p.edgeTo[e];
            if (!free[to]) carry(e, h * p.classes + at[to], add);
        }
    }

    private void carry(int e, int pair, boolean add) {
        if (add) links.add(e, pair);
        else links.remove(e, pair);
    }
}
