package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;
import java.util.PriorityQueue;

/**
 * Branch and bound on the linear relaxation: device counts first, then classes of operators, then modes.
 *
 * <p>The node of the least bound is taken, and from it the search dives to one child after another, so that the simplex goes on
 * from a basis nearby and the dive ends in a placement. A node is dropped only by {@link LinearRelaxation#bound}.
 */
final class LinearTree {
    private static final int MOST_OPEN = 20_000;

    private final CompiledProblem p;
    private final LocalSearch search;
    private final Budget budget;
    private final double ceiling;
    private final Domain whole;
    private final boolean empty;
    private LinearRelaxation linear;
    private LinearCuts cuts;
    private final PriorityQueue<Node> open = new PriorityQueue<>(LinearTree::inOrder);
    private double lost = Double.POSITIVE_INFINITY; // least bound of nodes given up, not solved
    private final double[] share;
    private long created;
    private double rootBound;
    int nodes;

    private record Node(Domain domain, double bound, long number) {}

    LinearTree(CompiledProblem p, LocalSearch search, Budget budget, long seed) {
        this.p = p;
        this.search = search;
        this.budget = budget;
        ceiling = CostCeiling.of(p);
        share = new double[p.classes];
        whole = Domain.whole(p);
        for (int h = 0; h < p.classes; h++) whole.most[h] = Math.min(whole.most[h], useful(h));
        empty = !whole.propagate(upper()) || !PathBounds.fits(p, whole);
        linear = new LinearRelaxation(p, whole, seed);
        cuts = new LinearCuts(linear);
        if (!empty) open.add(new Node(whole.copy(), 0, created++));
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
        if (!open.isEmpty()) least = Math.min(least, open.peek().bound);
        return Math.max(0, least);
    }

    /** {@return whether nothing below the incumbent is left} */
    boolean closed() {
        return (open.isEmpty() || !Quanta.cheaper(open.peek().bound, upper())) && !Quanta.cheaper(lost, upper());
    }

    /** {@return the bound after the first node} */
    double rootBound() {
        return rootBound;
    }

    /** Takes the node of the least bound and dives from it. {@return false when nothing is left} */
    boolean dive(Budget part) {
        Node node = open.poll();
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
                open.add(new Node(domain, bound, created++));
                return true;
            }
            nodes++;
            if (!domain.propagate(upper()) || !PathBounds.fits(p, domain)) return true;
            bound = Math.max(bound, relax(domain, bound, part));
            if (nodes == 1) rootBound = Math.min(bound, upper());
            if (!Quanta.cheaper(bound, upper())) return true;
            Domain other = branch(domain);
            if (other == null) return true;
            if (preferOther) {
                open.add(new Node(domain, bound, created++));
                domain = other;
            } else {
                open.add(new Node(other, bound, created++));
            }
        }
    }

    /** Solves the relaxation of a node, adding rows; {@return its proved bound}. */
    private double relax(Domain domain, double parent, Budget part) {
        double best = parent;
        int rounds = nodes == 1 ? 60 : 12;
        if (linear.simplex.rows > linear.ownRows + 2 * p.operators + 60) linear.simplex.purge(linear.ownRows, 1e-3);
        linear.apply(domain);
        double stalled = 0;
        for (int round = 0; round < rounds; round++) {
            BoundedSimplex.Status status =
                    linear.simplex.solve(2000 + 4 * linear.simplex.rows, upper() * (1 + 1e-7), part);
            if (status == BoundedSimplex.Status.INFEASIBLE) {
                if (refuted(domain)) return Double.POSITIVE_INFINITY;
                return best;
            }
            double[] prices = linear.simplex.prices();
            double bound = linear.bound(prices, domain, 1);
            if (Double.isNaN(bound)) return best;
            if (bound > best + 1e-4 * Math.abs(best)) stalled = 0;
            best = Math.max(best, bound);
            if (!Quanta.cheaper(best, upper())) return best;
            if (linear.fix(domain, prices, bound, upper()) && linear.fix(domain, prices, bound, upper())) {
                if (!domain.propagate(upper())) return Double.POSITIVE_INFINITY;
                linear.apply(domain);
            }
            if (status != BoundedSimplex.Status.OPTIMAL) return best;
            if (best > upper() * (1 - 1e-5)) best = Math.max(best, exactly(domain, part));
            round(domain);
            if (!Quanta.cheaper(best, upper())) return best;
            if (cuts.add() == 0) return best;
            if (++stalled > 6 && fractional()) return best;
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

    /** Offers the placement of the largest share of each operator. */
    private void round(Domain domain) {
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
        search.offer(mode);
    }

    private boolean preferOther;

    /** Splits a domain in place and returns its other half; null when it holds one placement, which is offered. */
    private @org.jspecify.annotations.Nullable Domain branch(Domain domain) {
        preferOther = false;
        Domain other = byCount(domain);
        if (other != null) return other;
        other = byClass(domain);
        if (other != null) return other;
        other = byMode(domain);
        if (other != null) return other;
        int[] mode = new int[p.operators];
        for (int i = 0; i < p.operators; i++) mode[i] = domain.only(i);
        search.offer(mode);
        return null;
    }

    private @org.jspecify.annotations.Nullable Domain byCount(Domain domain) {
        int best = -1;
        double loss = 0;
        for (int h = 0; h < p.classes; h++) {
            double n = linear.simplex.at(linear.firstCount + h);
            double part = n - Math.floor(n);
            double now = p.price[h] * Math.min(part, 1 - part);
            if (part < 1e-5 || part > 1 - 1e-5 || now <= loss) continue;
            loss = now;
            best = h;
        }
        if (best < 0) return null;
        double n = linear.simplex.at(linear.firstCount + best);
        long below = (long) Math.floor(n);
        if (below < domain.least[best] || below >= domain.most[best]) return null;
        Domain fewer = domain.copy();
        fewer.most[best] = below;
        domain.least[best] = below + 1;
        preferOther = n - below < 0.3;
        return fewer;
    }

    private @org.jspecify.annotations.Nullable Domain byClass(Domain domain) {
        int best = -1;
        int bestClass = -1;
        double most = 0;
        for (int i = 0; i < p.operators; i++) {
            linear.shares(i, share);
            int favourite = 0;
            for (int h = 1; h < p.classes; h++) if (share[h] > share[favourite]) favourite = h;
            double split = 1 - share[favourite];
            if (split < 1e-5) continue;
            double score = split * (1e-3 + size(i));
            if (score <= most) continue;
            most = score;
            best = i;
            bestClass = favourite;
        }
        if (best < 0) return null;
        boolean here = false;
        boolean there = false;
        for (int j = 0; j < p.modeClass[best].length; j++) {
            here |= domain.allowed[best][j] && p.modeClass[best][j] == bestClass;
            there |= domain.allowed[best][j] && p.modeClass[best][j] != bestClass;
        }
        if (!here || !there) return null;
        Domain rest = domain.copy();
        for (int j = 0; j < p.modeClass[best].length; j++) {
            Domain without = p.modeClass[best][j] == bestClass ? rest : domain;
            without.allowed[best][j] = false;
        }
        return rest;
    }

    /** What an operator weighs: the most that a mode of it costs on its own. */
    private double size(int i) {
        double most = 0;
        for (int j = 0; j < p.modeClass[i].length; j++) {
            int h = p.modeClass[i][j];
            most = Math.max(most, p.dollars[i][j] + p.price[h] * p.load[i][j] / p.capacityLoad[h]);
        }
        return most;
    }

    private @org.jspecify.annotations.Nullable Domain byMode(Domain domain) {
        int best = -1;
        int bestMode = -1;
        double most = -1;
        for (int i = 0; i < p.operators; i++) {
            if (domain.only(i) >= 0) continue;
            int favourite = -1;
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (!domain.allowed[i][j]) continue;
                if (favourite < 0 || x(i, j) > x(i, favourite)) favourite = j;
            }
            if (favourite < 0) continue;
            double score = (1 - x(i, favourite)) * size(i);
            if (score <= most) continue;
            most = score;
            best = i;
            bestMode = favourite;
        }
        if (best < 0) return null;
        Domain rest = domain.copy();
        for (int j = 0; j < domain.allowed[best].length; j++) {
            if (j == bestMode) rest.allowed[best][j] = false;
            else domain.allowed[best][j] = false;
        }
        return rest;
    }

    private double x(int i, int j) {
        return linear.simplex.at(linear.firstMode[i] + j);
    }
}
