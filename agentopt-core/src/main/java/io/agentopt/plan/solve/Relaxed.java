package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * The relaxed problem for given multipliers: a graph with a cost per (operator, class) and per (edge, class pair), bounded from
 * below by messages (sequential tree-reweighted message passing, Kolmogorov 2006).
 *
 * <pre>
 * node_i(h)   = min over modes j on h of money + al_h load + be_h memory + flow_i time
 * pair_e(h,g) = money + flow_e transfer + sum over links of the pair: price traffic / capacity
 * bound       = constants set free by a backward pass of messages (see pass)
 *             + sum_h (price - a_h - b_h) * (least or most devices) - sum_d deadline price - sum_l link price
 * </pre>
 * The bound holds for every choice of messages. Weights shared by m operators are charged at 1/m to each, which never exceeds
 * their size. Co-location is an edge that forbids different classes.
 */
final class Relaxed {
    private static final double FORBIDDEN = 1e18;

    private final CompiledProblem p;
    private final int classes;
    private final int[] from; // edges of the bound: data edges, then co-location
    private final int[] to;
    private final int[][] before;
    private final int[][] after;
    private final boolean[] trivial;
    private final double[][] shareBytes; // operator, mode: private memory plus its share of the weights
    private final double[][] node;
    private final int[][] argmin;
    private final double[][] intoTo; // edge, class
    private final double[][] intoFrom;
    private final double[][] pair;
    private final double[] flowNode;
    private final double messageCap;
    /** Class of each operator in the rounded solution of the last call, and its mode. */
    final int[] label;

    final int[] mode;

    Relaxed(CompiledProblem p, double messageCap) {
        this.p = p;
        this.classes = p.classes;
        this.messageCap = messageCap;
        int data = p.edgeFrom.length;
        int extra = 0;
        for (int[] block : p.blocks) extra += block.length - 1;
        from = Arrays.copyOf(p.edgeFrom, data + extra);
        to = Arrays.copyOf(p.edgeTo, data + extra);
        int at = data;
        for (int[] block : p.blocks) {
            int[] sorted = Arrays.stream(block)
                    .boxed()
                    .sorted((x, y) -> p.position[x] - p.position[y])
                    .mapToInt(x -> x)
                    .toArray();
            for (int k = 1; k < sorted.length; k++) {
                from[at] = sorted[k - 1];
                to[at++] = sorted[k];
            }
        }
        before = incident(to);
        after = incident(from);
        trivial = new boolean[from.length];
        pair = new double[from.length][classes * classes];
        for (int e = 0; e < from.length; e++) {
            trivial[e] = e < data;
            for (int q = 0; q < classes * classes && trivial[e]; q++) {
                trivial[e] = p.transfer[e][q] == 0
                        && p.transferDollars[e][q] == 0
                        && (p.traffic[e] == 0 || p.linksOfPair[q].length == 0);
            }
            if (e >= data) {
                for (int q = 0; q < classes * classes; q++) pair[e][q] = q / classes == q % classes ? 0 : FORBIDDEN;
            }
        }
        node = new double[p.operators][classes];
        argmin = new int[p.operators][classes];
        intoTo = new double[from.length][classes];
        intoFrom = new double[from.length][classes];
        flowNode = new double[p.operators];
        label = new int[p.operators];
        mode = new int[p.operators];
        shareBytes = shares(p);
    }

    private int[][] incident(int[] end) {
        int[] count = new int[p.operators];
        for (int i : end) count[i]++;
        int[][] lists = new int[p.operators][];
        for (int i = 0; i < p.operators; i++) lists[i] = new int[count[i]];
        for (int e = end.length - 1; e >= 0; e--) lists[end[e]][--count[end[e]]] = e;
        return lists;
    }

    private static double[][] shares(CompiledProblem p) {
        int[] sharers = new int[p.classes * Math.max(1, p.groups)];
        for (int i = 0; i < p.operators; i++) {
            boolean[] seen = new boolean[sharers.length];
            for (int j = 0; j < p.group[i].length; j++) {
                if (p.group[i][j] < 0) continue;
                int key = p.modeClass[i][j] * p.groups + p.group[i][j];
                if (!seen[key]) sharers[key]++;
                seen[key] = true;
            }
        }
        double[][] bytes = new double[p.operators][];
        for (int i = 0; i < p.operators; i++) {
            bytes[i] = new double[p.memory[i].length];
            for (int j = 0; j < bytes[i].length; j++) {
                bytes[i][j] = p.memory[i][j];
                if (p.group[i][j] >= 0) {
                    bytes[i][j] += (double) p.sharedBytes[i][j] / sharers[p.modeClass[i][j] * p.groups + p.group[i][j]];
                }
            }
        }
        return bytes;
    }

    double shareBytes(int i, int j) {
        return shareBytes[i][j];
    }

    /** {@return by operator and mode the memory that it is charged: its own and its part of the weights, in bytes} */
    double[][] shareBytes() {
        return shareBytes;
    }

    /** {@return what the last bound charged a class of an operator for its transfers, in dollars per hour} */
    double message(int i, int h) {
        double sum = 0;
        for (int e : before[i]) if (!trivial[e]) sum += intoTo[e][h];
        for (int e : after[i]) if (!trivial[e]) sum += intoFrom[e][h];
        return sum;
    }

    /** {@return a lower bound on the cost of every placement in the domain; leaves a rounded solution in label and mode} */
    double bound(Multipliers m, Domain domain) {
        nodes(m, domain);
        pairs(m);
        for (int at = 0; at < p.operators; at++) pass(p.order[at], after, before, intoFrom, intoTo, true);
        double sum = 0;
        double size = 0;
        for (int at = p.operators - 1; at >= 0; at--) {
            double freed = pass(p.order[at], before, after, intoTo, intoFrom, false);
            sum += freed;
            size += Math.abs(freed);
        }
        for (int h = 0; h < classes; h++) {
            double left = p.price[h] - m.load[h] - m.memory[h];
            double term = left >= 0 ? left * domain.least[h] : left * domain.most[h];
            sum += term;
            size += Math.abs(term);
        }
        for (double price : m.deadline) {
            sum -= price;
            size += price;
        }
        for (double price : m.link) {
            sum -= price;
            size += price;
        }
        round();
        return sum - 1e-12 * size;
    }

    private void nodes(Multipliers m, Domain domain) {
        for (int i = 0; i < p.operators; i++) {
            double flow = 0;
            for (int d = 0; d < m.deadline.length; d++) {
                if (m.deadline[d] > 0) flow += m.deadline[d] / Math.max(1, p.limit[d]) * m.nodeFlow[d][i];
            }
            flowNode[i] = flow;
            Arrays.fill(node[i], FORBIDDEN);
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (!domain.allowed[i][j]) continue;
                int h = p.modeClass[i][j];
                double cost = p.dollars[i][j] + m.load[h] * p.load[i][j] / p.capacityLoad[h] + flow * p.time[i][j];
                if (shareBytes[i][j] > 0 && p.capacityMemory[h] > 0)
                    cost += m.memory[h] * shareBytes[i][j] / p.capacityMemory[h];
                if (cost < node[i][h]) {
                    node[i][h] = cost;
                    argmin[i][h] = j;
                }
            }
        }
    }

    private void pairs(Multipliers m) {
        for (int e = 0; e < p.edgeFrom.length; e++) {
            if (trivial[e]) continue;
            double flow = 0;
            for (int d = 0; d < m.deadline.length; d++) {
                if (m.deadline[d] > 0) flow += m.deadline[d] / Math.max(1, p.limit[d]) * m.edgeFlow[d][e];
            }
            for (int q = 0; q < classes * classes; q++) {
                pair[e][q] = p.transfer[e][q] == CompiledProblem.NO_LINK
                        ? FORBIDDEN
                        : p.transferDollars[e][q] + flow * p.transfer[e][q] + toll(m, e, q);
            }
        }
    }

    private double toll(Multipliers m, int e, int q) {
        if (p.traffic[e] == 0) return 0;
        double sum = 0;
        for (int link : p.linksOfPair[q]) sum += m.link[link] * p.traffic[e] / p.linkCapacity[link];
        return sum;
    }

    private double[] total(int i) {
        double[] total = node[i].clone();
        for (int e : before[i]) if (!trivial[e]) for (int h = 0; h < classes; h++) total[h] += intoTo[e][h];
        for (int e : after[i]) if (!trivial[e]) for (int h = 0; h < classes; h++) total[h] += intoFrom[e][h];
        return total;
    }

    /**
     * Sends messages from operator {@code i} along its {@code forward} edges and returns the constant they set free. {@code in}
     * are the messages it has from them. On the way back the constants add up to a bound: with t = node + messages - its minimum,
     * t >= sum over forward edges of weight * t, and weight * t(h) + pair(h,g) - in(h) >= the new message (g), whatever the old
     * ones were; so operator and edges leave the sum one after another.
     */
    private double pass(int i, int[][] forward, int[][] backward, double[][] in, double[][] out, boolean down) {
        double[] total = total(i);
        double freed = Double.MAX_VALUE;
        for (int h = 0; h < classes; h++) if (node[i][h] < FORBIDDEN) freed = Math.min(freed, total[h]);
        if (freed == Double.MAX_VALUE) return FORBIDDEN;
        int most = Math.max(count(forward[i]), count(backward[i]));
        double weight = most == 0 ? 0 : 1.0 / most;
        for (int h = 0; h < classes; h++) total[h] -= freed;
        for (int e : forward[i]) {
            if (trivial[e]) continue;
            int other = down ? to[e] : from[e];
            double smallest = FORBIDDEN;
            for (int g = 0; g < classes; g++) {
                double least = FORBIDDEN;
                for (int h = 0; h < classes; h++) {
                    if (node[i][h] >= FORBIDDEN) continue;
                    double cost = pair[e][down ? h * classes + g : g * classes + h];
                    least = Math.min(least, weight * total[h] - in[e][h] + cost);
                }
                out[e][g] = least;
                if (node[other][g] < FORBIDDEN) smallest = Math.min(smallest, least);
            }
            for (int g = 0; g < classes; g++) out[e][g] = Math.min(messageCap, out[e][g] - smallest);
            freed += smallest;
        }
        return freed;
    }

    private int count(int[] edges) {
        int count = 0;
        for (int e : edges) if (!trivial[e]) count++;
        return count;
    }

    /** Picks classes in topological order, each given the classes of its predecessors. */
    private void round() {
        for (int at = 0; at < p.operators; at++) {
            int i = p.order[at];
            double[] total = total(i);
            for (int e : before[i]) {
                if (trivial[e]) continue;
                int h = label[from[e]];
                for (int g = 0; g < classes; g++) total[g] += pair[e][h * classes + g] - intoTo[e][g] - intoFrom[e][h];
            }
            int best = 0;
            for (int h = 1; h < classes; h++) if (total[h] < total[best]) best = h;
            if (node[i][best] >= FORBIDDEN) for (int h = 0; h < classes; h++) if (node[i][h] < node[i][best]) best = h;
            label[i] = best;
            mode[i] = argmin[i][best];
        }
    }
}
