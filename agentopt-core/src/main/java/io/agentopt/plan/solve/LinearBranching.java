package io.agentopt.plan.solve;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where to split a node: on the devices of a class, the class of an operator, or its time.
 *
 * <p>What splits of a kind have gained so far (per unit of the fraction they remove, for each side) foretells what they gain next. A split
 * that was tried less than twice is tried on the relaxation for a few pivots first. The split that is best by its lesser gain, and a
 * little by its larger one, is taken. With more than a few operators the devices come first, untried: there the rounding of devices is
 * most of the gap, while with few operators it is the mixture of modes.
 */
final class LinearBranching {
    private static final int TRIALS_A_NODE = 6;
    private static final int FEW = 20;
    private static final int PIVOTS_A_TRIAL = 25;
    private static final int RELIABLE = 2;

    private final LinearRelaxation linear;
    private final CompiledProblem p;
    private final double[][] gain; // split, side: sum per unit of fraction
    private final int[][] tried;
    private final double[] share;
    private boolean countsOpen;
    private final boolean countsFirst;

    LinearBranching(LinearRelaxation linear) {
        this.linear = linear;
        p = linear.p;
        gain = new double[p.classes + 2 * p.operators][2];
        tried = new int[p.classes + 2 * p.operators][2];
        share = new double[p.classes];
        countsFirst = p.operators > FEW;
    }

    /** {@return the splits that the current solution does not satisfy} */
    List<Split> candidates(Domain domain) {
        List<Split> splits = new ArrayList<>();
        for (int h = 0; h < p.classes; h++) {
            double n = linear.simplex.at(linear.firstCount + h);
            double part = n - Math.floor(n);
            long below = (long) Math.floor(n);
            if (part < 1e-5 || part > 1 - 1e-5 || below < domain.least[h] || below >= domain.most[h]) continue;
            splits.add(new Split.Count(p, h, below, part, p.price[h]));
        }
        countsOpen = !splits.isEmpty();
        if (countsOpen && countsFirst) return splits;
        for (int i = 0; i < p.operators; i++) {
            linear.shares(i, share);
            int favourite = 0;
            for (int h = 1; h < p.classes; h++) if (share[h] > share[favourite]) favourite = h;
            if (share[favourite] < 1 - 1e-5) {
                add(splits, domain, new Split.OfClass(p, i, favourite, share[favourite], size(i)));
            }
            double mean = 0;
            double fastest = Double.MAX_VALUE;
            double slowest = -1;
            for (int j = 0; j < p.time[i].length; j++) {
                double x = linear.simplex.at(linear.firstMode[i] + j);
                mean += x * p.time[i][j];
                if (x < 1e-5) continue;
                fastest = Math.min(fastest, p.time[i][j]);
                slowest = Math.max(slowest, p.time[i][j]);
            }
            if (slowest <= fastest) continue;
            double fast = 0;
            for (int j = 0; j < p.time[i].length; j++) {
                if (p.time[i][j] <= mean) fast += linear.simplex.at(linear.firstMode[i] + j);
            }
            add(splits, domain, new Split.Time(p, i, (long) mean, Math.clamp(fast, 0.0, 1.0), size(i)));
        }
        return splits;
    }

    /** {@return whether the last candidates had a count of devices among them} */
    boolean countsOpen() {
        return countsOpen;
    }

    private static void add(List<Split> splits, Domain domain, Split split) {
        boolean first = false;
        boolean second = false;
        int i = split.index();
        for (int j = 0; j < domain.allowed[i].length; j++) {
            if (!domain.allowed[i][j]) continue;
            first |= split.first(j);
            second |= !split.first(j);
        }
        if (first && second) splits.add(split);
    }

    /** {@return the most promising split; null when there is none} */
    @Nullable
    Split choose(List<Split> splits, Domain domain, double bound, double upper, Budget budget) {
        splits.sort((a, b) -> Double.compare(score(b), score(a)));
        int trials = countsFirst ? countsOpen ? TRIALS_A_NODE : TRIALS_A_NODE - 2 : 0;
        for (int k = 0; k < splits.size() && k < 12 && trials < TRIALS_A_NODE && splits.size() > 1; k++) {
            Split split = splits.get(k);
            if (tried[key(split)][0] >= RELIABLE) continue;
            trials++;
            attempt(split, domain, true, bound, upper, budget);
            attempt(split, domain, false, bound, upper, budget);
        }
        linear.apply(domain);
        Split best = null;
        for (Split split : splits) if (best == null || score(split) > score(best)) best = split;
        return best;
    }

    private void attempt(Split split, Domain domain, boolean first, double bound, double upper, Budget budget) {
        Domain side = domain.copy();
        split.apply(side, first);
        linear.apply(side);
        SimplexStatus status = linear.simplex.solve(PIVOTS_A_TRIAL, upper, budget);
        double now = status == SimplexStatus.INFEASIBLE ? upper : Math.min(upper, linear.simplex.objective());
        double distance = Math.max(1e-3, first ? 1 - split.fraction() : split.fraction());
        int at = first ? 0 : 1;
        gain[key(split)][at] += Math.max(0, now - bound) / distance;
        tried[key(split)][at]++;
    }

    private double score(Split split) {
        int k = key(split);
        double up = 1 - split.fraction();
        double down = split.fraction();
        if (tried[k][0] == 0)
            return (countsFirst ? 1 : 1e-3) * split.weight() * split.weight() * Math.min(up, down) * Math.min(up, down);
        double first = gain[k][0] / tried[k][0] * up;
        double second = gain[k][1] / tried[k][1] * down;
        return 5 * Math.min(first, second) + Math.max(first, second);
    }

    private int key(Split split) {
        return switch (split) {
            case Split.Count s -> s.index();
            case Split.OfClass s -> p.classes + 2 * s.index();
            case Split.Time s -> p.classes + 2 * s.index() + 1;
            case Split.OneMode s -> p.classes + 2 * s.index() + 1;
        };
    }

    /** {@return a split of some operator with several modes left; null when every one has a single mode} */
    @Nullable
    Split anyMode(Domain domain) {
        for (int i = 0; i < p.operators; i++) {
            if (domain.only(i) >= 0) continue;
            for (int j = 0; j < domain.allowed[i].length; j++) if (domain.allowed[i][j]) return new Split.OneMode(i, j);
        }
        return null;
    }

    /** What an operator weighs: the most that a mode of it costs on its own. */
    private double size(int i) {
        double most = 1e-3;
        for (int j = 0; j < p.modeClass[i].length; j++) {
            int h = p.modeClass[i][j];
            most = Math.max(most, p.dollars[i][j] + p.price[h] * p.load[i][j] / p.capacityLoad[h]);
        }
        return most;
    }
}
