package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Branch and bound on the linear relaxation: device counts first, then classes of operators, then modes.
 *
 * <p>The node of the least bound is taken, and from it the search dives to one child after another, so that the simplex goes on
 * from a basis nearby and the dive ends in a placement. A node is dropped only by {@link LinearRelaxation#bound}.
 */
final class LinearTree {
    private static final int MOST_OPEN = 20_000;
    private static final int BACKTRACKS = 30;
    private static final double NEAR = 0.5;

    private final CompiledProblem p;
    private final LocalSearch search;
    private final double ceiling;
    private final Domain whole;
    private final boolean empty;
    private final LinearRelaxation linear;
    private final LinearCuts cuts;
    private final LinearBranching branching;
    private final PriorityQueue<Node> open = new PriorityQueue<>(LinearTree::inOrder);
    private final ArrayDeque<Node> recent = new ArrayDeque<>();
    private int backtracks;
    private double lost = Double.POSITIVE_INFINITY; // least bound of nodes given up, not solved
    private final double[] share;
    private long created;
    private final Set<String> fleets = new HashSet<>();
    private double boundHere;
    private boolean preferOther;
    private int nodes;

    private static final class Node {
        final Domain domain;
        final double bound;
        final long number;
        boolean taken;

        Node(Domain domain, double bound, long number) {
            this.domain = domain;
            this.bound = bound;
            this.number = number;
        }
    }

    LinearTree(CompiledProblem p, LocalSearch search, long seed) {
        this.p = p;
        this.search = search;
        ceiling = CostCeiling.of(p);
        share = new double[p.classes];
        whole = Domain.whole(p);
        for (int h = 0; h < p.classes; h++) whole.most[h] = Math.min(whole.most[h], useful(h));
        empty = !whole.propagate(upper()) || !PathBounds.fits(p, whole);
        linear = new LinearRelaxation(p, whole, seed);
        cuts = new LinearCuts(linear);
        branching = new LinearBranching(linear);
        if (!empty) push(whole.copy(), 0);
    }

    /** No placement takes more devices of a class than all its widest modes together. */
    private long useful(int h) {
        double sum = p.minimum[h] + 1.0;
        for (int i = 0; i < p.operators; i++) {
            double most = 0;
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (p.modeClass[i][j] != h) continue;
                double devices = (double) p.load[i][j] / p.capacityLoad[h] + p.degrees[p.degree[i][j]];
                if (p.capacityMemory[h] > 0)
                    devices += (double) (p.memory[i][j] + p.sharedBytes[i][j]) / p.capacityMemory[h];
                most = Math.max(most, devices + 1);
            }
            sum += most;
        }
        return (long) Math.min(1e12, sum);
    }

    private static int inOrder(Node a, Node b) {
        int byBound = Double.compare(a.bound, b.bound);
        return byBound != 0 ? byBound : Long.compare(b.number, a.number);
    }

    private double upper() {
        return Math.min(ceiling, search.incumbent().cost());
    }

    /** {@return a proved lower bound so far; the incumbent's cost once closed} */
    double bound() {
        double least = Math.min(lost, upper());
        Node node = leastOpen();
        if (node != null) least = Math.min(least, node.bound);
        return Math.max(0, least);
    }

    /** {@return whether nothing below the incumbent is left} */
    boolean closed() {
        Node node = leastOpen();
        return (node == null || !Quanta.cheaper(node.bound, upper())) && !Quanta.cheaper(lost, upper());
    }

    private @Nullable Node leastOpen() {
        while (!open.isEmpty() && open.peek().taken) open.poll();
        return open.peek();
    }

    private void push(Domain domain, double bound) {
        Node node = new Node(domain, bound, created++);
        open.add(node);
        recent.push(node);
    }

    /** The node that was left last, while its bound is near the least; else the node of the least bound. */
    private @Nullable Node next() {
        Node least = leastOpen();
        if (least == null) return null;
        double far = least.bound + NEAR * (upper() - least.bound);
        while (!recent.isEmpty() && backtracks < BACKTRACKS) {
            Node node = recent.pop();
            if (node.taken || !Quanta.cheaper(node.bound, upper())) continue;
            if (search.incumbent().found() && node.bound > far) continue;
            backtracks++;
            node.taken = true;
            return node;
        }
        backtracks = 0;
        recent.clear();
        least.taken = true;
        return least;
    }

    /** Takes a node and dives from it. {@return false when nothing is left} */
    boolean dive(Budget part) {
        Node node = next();
        if (node == null) return false;
        if (!Quanta.cheaper(node.bound, upper())) {
            open.clear();
            return false;
        }
        if (open.size() > MOST_OPEN) {
            lost = Math.min(lost, node.bound);
            return true;
        }
        Domain domain = node.domain;
        double bound = node.bound;
        while (true) {
            if (part.spent()) {
                push(domain, bound);
                return true;
            }
            nodes++;
            if (!domain.propagate(upper()) || !PathBounds.fits(p, domain)) return true;
            bound = Math.max(bound, relax(domain, bound, part));
            if (!Quanta.cheaper(bound, upper())) return true;
            boundHere = bound;
            Domain other = branch(domain, part);
            if (other == null) return true;
            if (preferOther) {
                push(domain, bound);
                domain = other;
            } else {
                push(other, bound);
            }
        }
    }

    /** Solves the relaxation of a node, adding rows; {@return its proved bound}. */
    private double relax(Domain domain, double parent, Budget part) {
        double best = parent;
        int rounds = nodes == 1 ? 60 : 12;
        if (linear.simplex.rows > linear.ownRows + 3 * p.operators + 100) linear.simplex.purge(linear.ownRows, 1e-3);
        linear.apply(domain);
        for (int round = 0; round < rounds; round++) {
            SimplexStatus status = linear.simplex.solve(2000 + 4 * linear.simplex.rows, upper() * (1 + 1e-7), part);
            if (status == SimplexStatus.INFEASIBLE) {
                if (refuted(domain)) return Double.POSITIVE_INFINITY;
                return best;
            }
            double before = best;
            double[] prices = linear.simplex.prices();
            double bound = linear.bound(prices, domain, 1);
            if (Double.isNaN(bound)) return best;
            best = Math.max(best, bound);
            if (!Quanta.cheaper(best, upper())) return best;
            if (linear.fix(domain, prices, bound, upper())) {
                if (!domain.propagate(upper())) return Double.POSITIVE_INFINITY;
                linear.apply(domain);
            }
            if (status != SimplexStatus.OPTIMAL) return best;
            if (best > upper() * (1 - 1e-5)) best = Math.max(best, exactly(domain, part));
            search.offer(rounded(domain));
            if (!Quanta.cheaper(best, upper())) return best;
            if (cuts.add() == 0) return best;
            double gained = best - before;
            if (nodes > 1 && round >= 1 && gained < 0.01 * (upper() - best) && fractional()) return best;
        }
        return best;
    }

    /** The bound without the perturbation, for the last step to the incumbent. */
    private double exactly(Domain domain, Budget part) {
        linear.simplex.perturb(new double[linear.simplex.columns]);
        linear.simplex.solve(500, Double.POSITIVE_INFINITY, part);
        double bound = linear.bound(linear.simplex.prices(), domain, 1);
        linear.simplex.perturb(linear.shift);
        return Double.isNaN(bound) ? Double.NEGATIVE_INFINITY : bound;
    }

    private boolean fractional() {
        for (int i = 0; i < p.operators; i++) {
            linear.shares(i, share);
            for (double each : share) if (each > 1e-4 && each < 1 - 1e-4) return true;
        }
        return false;
    }

    private boolean refuted(Domain domain) {
        double[] prices = new double[linear.simplex.rows];
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int r = 0; r < Math.min(prices.length, linear.simplex.ray.length); r++)
                prices[r] = sign * linear.simplex.ray[r];
            if (linear.bound(prices, domain, 0) > 0) return true;
        }
        return false;
    }

    private long[] fleet() {
        long[] fleet = new long[p.classes];
        for (int h = 0; h < p.classes; h++) fleet[h] = Math.round(linear.simplex.at(linear.firstCount + h));
        return fleet;
    }

    private String fleetKey() {
        return Arrays.toString(fleet());
    }

    /** The placement of the largest share of each operator. */
    private int[] rounded(Domain domain) {
        int[] mode = new int[p.operators];
        for (int i = 0; i < p.operators; i++) {
            double most = -1;
            for (int j = 0; j < p.modeClass[i].length; j++) {
                double x = linear.simplex.at(linear.firstMode[i] + j);
                if (domain.allowed[i][j] && x > most) {
                    most = x;
                    mode[i] = j;
                }
            }
        }
        return mode;
    }

    /** Splits a domain in place and returns its other half; null when it holds one placement, which is offered. */
    private @Nullable Domain branch(Domain domain, Budget part) {
        List<Split> splits = branching.candidates(domain);
        if (!branching.countsOpen() && (fleets.add(fleetKey()) || nodes % 8 == 0)) {
            search.repair(rounded(domain), fleet(), 60L * p.operators + 1000, part);
            if (!Quanta.cheaper(boundHere, upper())) return null;
        }
        Split split = branching.choose(splits, domain, boundHere, upper(), part);
        if (split == null) split = branching.anyMode(domain);
        if (split == null) {
            int[] mode = new int[p.operators];
            for (int i = 0; i < p.operators; i++) mode[i] = domain.only(i);
            search.offer(mode);
            return null;
        }
        preferOther = split.fraction() < 0.3;
        Domain other = domain.copy();
        split.apply(domain, true);
        split.apply(other, false);
        return other;
    }
}
