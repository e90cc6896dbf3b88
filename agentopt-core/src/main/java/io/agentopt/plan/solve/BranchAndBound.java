package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Best-first branch and bound with the Lagrangian bound at each node.
 *
 * <p>On small fleets most of the gap is the rounding to whole devices, so a node is split on the devices of the class whose
 * rounding costs most, then on the class of the operator that the relaxed solutions disagree on most, then on single modes.
 * Each rounded solution is offered to the local search as an incumbent.
 */
final class BranchAndBound {
    private static final int MOST_OPEN = 50_000;
    private static final double TRANSFERS_DECIDE = 0.01;
    private static final int MANY = 5;

    private final CompiledProblem p;
    private final LocalSearch search;
    private final Budget budget;
    private final double ceiling;
    private final LagrangianBound lagrangian;
    private final PriorityQueue<Node> open = new PriorityQueue<>(BranchAndBound::inOrder);
    private double closedBound = Double.POSITIVE_INFINITY; // least bound of nodes given up, not solved
    private double raised;
    private long created;
    private Optional<TimeCostRelaxation> atRoot = Optional.empty();

    private record Node(Domain domain, double bound, Multipliers multipliers, long number) {}

    BranchAndBound(CompiledProblem p, LocalSearch search, Budget budget) {
        this.p = p;
        this.search = search;
        this.budget = budget;
        this.ceiling = CostCeiling.of(p);
        this.lagrangian = new LagrangianBound(p, ceiling);
    }

    private static int inOrder(Node a, Node b) {
        int byBound = Double.compare(a.bound, b.bound);
        return byBound != 0 ? byBound : Long.compare(b.number, a.number);
    }

    /**
     * {@return the root bound; call first}
     *
     * @param iterations subgradient steps from the multipliers of the linear relaxation
     */
    double root(int iterations) {
        Domain whole = Domain.whole(p);
        double bound = 0;
        if (whole.propagate(upper())) {
            TimeCostRelaxation relaxation = new TimeCostRelaxation(p, whole, new Relaxed(p, ceiling));
            relaxation.solve(upper(), budget);
            atRoot = Optional.of(relaxation);
            if (relaxation.solved()) search.offer(new Rounding(p, relaxation).modes());
            Multipliers best = raise(relaxation.multipliers, whole, iterations);
            bound = Math.max(relaxation.bound, raised);
            if (relaxation.transferShare > TRANSFERS_DECIDE) {
                // The relaxation sees transfers only in part: steps from elsewhere may lead further.
                Multipliers other = raise(new Multipliers(p), whole, MANY * iterations);
                if (raised > bound) best = other;
                bound = Math.max(bound, raised);
            }
            bound = Math.max(0, bound);
            open.add(new Node(whole, bound, best, created++));
        } else {
            bound = upper();
        }
        return Math.min(bound, upper());
    }

    private Multipliers raise(Multipliers start, Domain domain, int iterations) {
        // No target: at the root it is far off, and steps towards it are too long.
        raised = lagrangian.raise(start, domain, iterations, Double.POSITIVE_INFINITY, budget, search::offer);
        return lagrangian.best;
    }

    /**
     * Searches until the tree is closed or the budget ends.
     *
     * @return a proved lower bound on the least cost; the incumbent's cost (the ceiling without one) when the tree is closed
     */
    double run() {
        while (!open.isEmpty()) {
            Node node = open.poll();
            if (!Quanta.cheaper(node.bound, upper())) {
                open.clear();
                break;
            }
            if (budget.spent() || open.size() > MOST_OPEN) {
                open.add(node);
                break;
            }
            split(node);
        }
        double least = Math.min(closedBound, upper());
        if (!open.isEmpty()) least = Math.min(least, open.peek().bound);
        return least;
    }

    /** {@return the linear relaxation of the root, if it was solved} */
    Optional<TimeCostRelaxation> relaxation() {
        return atRoot.filter(TimeCostRelaxation::solved);
    }

    /** {@return whether nothing below the incumbent is left} */
    boolean closed() {
        return (open.isEmpty() || !Quanta.cheaper(open.peek().bound, upper())) && !Quanta.cheaper(closedBound, upper());
    }

    private double upper() {
        return Math.min(ceiling, search.incumbent().cost());
    }

    private void split(Node node) {
        // Averages for this node: the search may have been elsewhere since it was made.
        double bound = Math.max(
                node.bound, lagrangian.raise(node.multipliers, node.domain, 12, upper(), budget, search::offer));
        if (!Quanta.cheaper(bound, upper())) return;
        Multipliers multipliers = lagrangian.best;
        if (splitDevices(node.domain, bound, multipliers) || splitOperator(node.domain, bound, multipliers)) return;
        int[] mode = new int[p.operators];
        for (int i = 0; i < p.operators; i++) mode[i] = node.domain.only(i);
        search.offer(mode);
    }

    private boolean splitDevices(Domain domain, double bound, Multipliers multipliers) {
        int best = -1;
        double bestLoss = 1e-6;
        for (int h = 0; h < p.classes; h++) {
            double devices = Math.max(lagrangian.averageDevices[h], domain.least[h]);
            if (devices >= domain.most[h]) continue;
            double loss = p.price[h] * Math.min(devices - Math.floor(devices), Math.ceil(devices) - devices);
            if (loss > bestLoss) {
                bestLoss = loss;
                best = h;
            }
        }
        if (best < 0) return false;
        long below = (long) Math.floor(Math.max(lagrangian.averageDevices[best], domain.least[best]));
        Domain fewer = domain.copy();
        fewer.most[best] = below;
        Domain more = domain.copy();
        more.least[best] = below + 1;
        push(fewer, bound, multipliers);
        push(more, bound, multipliers);
        return true;
    }

    private boolean splitOperator(Domain domain, double bound, Multipliers multipliers) {
        int best = -1;
        int bestClass = -1;
        double bestSplit = -1;
        for (int i = 0; i < p.operators; i++) {
            if (domain.only(i) >= 0) continue;
            int favourite = -1;
            boolean several = false;
            for (int j = 0; j < domain.allowed[i].length; j++) {
                if (!domain.allowed[i][j]) continue;
                int h = p.modeClass[i][j];
                several |= favourite >= 0 && favourite != h;
                if (favourite < 0 || lagrangian.averageClass[i][h] > lagrangian.averageClass[i][favourite])
                    favourite = h;
            }
            double split = several ? 1 + (1 - lagrangian.averageClass[i][favourite]) : 0;
            if (split > bestSplit) {
                bestSplit = split;
                best = i;
                bestClass = several ? favourite : -1;
            }
        }
        if (best < 0) return false;
        Domain one = domain.copy();
        Domain rest = domain.copy();
        int first = -1;
        for (int j = 0; j < domain.allowed[best].length; j++) {
            if (!domain.allowed[best][j]) continue;
            boolean chosen = bestClass >= 0 ? p.modeClass[best][j] == bestClass : first < 0;
            if (first < 0) first = j;
            if (chosen) rest.allowed[best][j] = false;
            else one.allowed[best][j] = false;
        }
        push(one, bound, multipliers);
        push(rest, bound, multipliers);
        return true;
    }

    private void push(Domain domain, double parentBound, Multipliers multipliers) {
        if (!budget.step()) {
            closedBound = Math.min(closedBound, parentBound);
            return;
        }
        if (!domain.propagate(upper()) || !PathBounds.fits(p, domain)) return;
        double bound = Math.max(parentBound, lagrangian.raise(multipliers, domain, 20, upper(), budget, search::offer));
        if (Quanta.cheaper(bound, upper())) open.add(new Node(domain, bound, lagrangian.best, created++));
    }
}
