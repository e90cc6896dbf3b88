package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * Rows of {@link LinearRelaxation} that are added when the current solution breaks them.
 *
 * <p>A transfer's time or money depends on two operators. {@link ClassTransport} turns it into prices of the two operators' classes
 * whose sum never exceeds it, so every row here speaks of single modes only:
 * <pre>
 * a path:   sum of time x + for each edge on it the prices of its ends, at most the deadline
 * money:    the prices of the ends, at most money_e
 * no link:  the prices of the ends under a table that is 1 where there is no link, at most 0
 * capacity: sum over edges of traffic times the prices under a table that is 1 where the link is used, at most the capacity
 * weights:  sum_j x_ij over the modes that use the weights, at most w;   devices: sum_j need_ij x_ij, at most n_h
 * </pre>
 */
final class LinearCuts {
    private static final double BROKEN = 1e-6;
    private static final int PATHS_A_ROUND = 12;

    private final LinearRelaxation linear;
    private final CompiledProblem p;
    private final ClassTransport transport;
    private final double[][] share;
    private final boolean[][] has;
    private final boolean[] timed; // edges whose transfer takes time
    private final boolean[] gated; // edges with missing links
    private final double[][] wait; // edge: least transfer time under the current shares
    private final double[][] fromPrice;
    private final double[][] toPrice;
    private final double[] head;
    private final double[] tail;
    private final int[] headEdge;
    private final int[] tailEdge;
    private final double[] table;

    LinearCuts(LinearRelaxation linear) {
        this.linear = linear;
        p = linear.p;
        transport = new ClassTransport(p.classes);
        share = new double[p.operators][p.classes];
        has = new boolean[p.operators][p.classes];
        for (int i = 0; i < p.operators; i++) for (int h : p.modeClass[i]) has[i][h] = true;
        int edges = p.edgeFrom.length;
        timed = new boolean[edges];
        gated = new boolean[edges];
        wait = new double[p.limit.length][edges];
        for (int e = 0; e < edges; e++) {
            for (long each : p.transfer[e]) {
                timed[e] |= each != 0;
                gated[e] |= each == CompiledProblem.NO_LINK;
            }
        }
        fromPrice = new double[edges][p.classes];
        toPrice = new double[edges][p.classes];
        head = new double[p.operators];
        tail = new double[p.operators];
        headEdge = new int[p.operators];
        tailEdge = new int[p.operators];
        table = new double[p.classes * p.classes];
    }

    /** {@return how many rows were added} */
    int add() {
        int before = linear.simplex.rows;
        for (int i = 0; i < p.operators; i++) linear.shares(i, share[i]);
        for (int i = 0; i < p.operators; i++) needs(i);
        for (int e = 0; e < p.edgeFrom.length; e++) {
            if (gated[e]) gate(e);
            if (linear.moneyColumn[e] >= 0) money(e);
        }
        for (int d = 0; d < p.limit.length; d++) if (p.limit[d] < CompiledProblem.UNLIMITED) paths(d);
        for (int l = 0; l < p.linkCapacity.length; l++) capacity(l);
        return linear.simplex.rows - before;
    }

    private void needs(int i) {
        for (int h = 0; h < p.classes; h++) {
            if (share[i][h] < BROKEN) continue;
            double devices = 0;
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (p.modeClass[i][j] == h) devices += linear.need[i][j] * x(i, j);
            }
            if (devices > linear.simplex.at(linear.firstCount + h) + 1e-5) {
                for (int j = 0; j < p.modeClass[i].length; j++) {
                    if (p.modeClass[i][j] == h) linear.put(linear.firstMode[i] + j, linear.need[i][j]);
                }
                linear.put(linear.firstCount + h, -1);
                linear.add(0, false);
            }
            weights(i, h);
        }
    }

    private void weights(int i, int h) {
        for (int first = 0; first < p.modeClass[i].length; first++) {
            int g = p.group[i][first];
            if (p.modeClass[i][first] != h || g < 0 || linear.weightColumn[h * p.groups + g] < 0) continue;
            int w = linear.weightColumn[h * p.groups + g];
            double sum = 0;
            boolean earlier = false;
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (p.modeClass[i][j] != h || p.group[i][j] != g) continue;
                earlier |= j < first;
                sum += x(i, j);
            }
            if (earlier || sum <= linear.simplex.at(w) + 1e-5) continue;
            for (int j = first; j < p.modeClass[i].length; j++) {
                if (p.modeClass[i][j] == h && p.group[i][j] == g) linear.put(linear.firstMode[i] + j, 1);
            }
            linear.put(w, -1);
            linear.add(0, false);
        }
    }

    private double x(int i, int j) {
        return linear.simplex.at(linear.firstMode[i] + j);
    }

    private double send(int e, double[] cost) {
        int a = p.edgeFrom[e];
        int b = p.edgeTo[e];
        double value = transport.solve(cost, share[a], share[b], has[a], has[b]);
        return Double.isFinite(value) ? value : 0;
    }

    /** Puts the class prices of an edge's ends into the row under construction. */
    private void ends(int e, double[] from, double[] to, double scale) {
        int a = p.edgeFrom[e];
        int b = p.edgeTo[e];
        for (int j = 0; j < p.modeClass[a].length; j++) merge(a, j, scale * from[p.modeClass[a][j]]);
        for (int j = 0; j < p.modeClass[b].length; j++) merge(b, j, scale * to[p.modeClass[b][j]]);
    }

    private void gate(int e) {
        for (int q = 0; q < table.length; q++) table[q] = p.transfer[e][q] == CompiledProblem.NO_LINK ? 1 : 0;
        if (send(e, table) < 1e-5) return;
        ends(e, transport.fromPrice, transport.toPrice, 1);
        flush(0);
    }

    private void money(int e) {
        int column = linear.moneyColumn[e];
        double size = linear.simplex.upper[column];
        for (int q = 0; q < table.length; q++) table[q] = p.transferDollars[e][q] / size;
        if (send(e, table) < linear.simplex.at(column) / size + 1e-5) return;
        ends(e, transport.fromPrice, transport.toPrice, 1);
        linear.put(column, -1 / size);
        flush(0);
    }

    private void capacity(int link) {
        double limit = Math.max(1, p.linkCapacity[link]);
        double sum = 0;
        for (int pass = 0; pass < 2; pass++) {
            if (pass == 1 && sum <= 1 + 1e-5) return;
            for (int e = 0; e < p.edgeFrom.length; e++) {
                if (p.traffic[e] == 0) continue;
                uses(link);
                double value = send(e, table);
                if (pass == 0) sum += value * p.traffic[e] / limit;
                else ends(e, transport.fromPrice, transport.toPrice, p.traffic[e] / limit);
            }
        }
        flush(p.linkCapacity[link] / limit);
    }

    private void uses(int link) {
        for (int q = 0; q < table.length; q++) {
            table[q] = 0;
            for (int each : p.linksOfPair[q]) if (each == link) table[q] = 1;
        }
    }

    private void paths(int d) {
        double unit = Math.max(1, p.limit[d]);
        for (int e = 0; e < p.edgeFrom.length; e++) {
            wait[d][e] = 0;
            if (!timed[e]) continue;
            for (int q = 0; q < table.length; q++) table[q] = p.transfer[e][q] < 0 ? 1 : p.transfer[e][q] / unit;
            wait[d][e] = Math.max(0, send(e, table));
            System.arraycopy(transport.fromPrice, 0, fromPrice[e], 0, p.classes);
            System.arraycopy(transport.toPrice, 0, toPrice[e], 0, p.classes);
        }
        longest(d, unit);
        boolean[] covered = new boolean[p.operators];
        for (int count = 0; count < PATHS_A_ROUND; count++) {
            int worst = -1;
            for (int i = 0; i < p.operators; i++) {
                if (!covered[i] && (worst < 0 || through(i) > through(worst))) worst = i;
            }
            if (worst < 0 || through(worst) <= p.limit[d] / unit + BROKEN) return;
            path(worst, unit, covered);
            flush(p.limit[d] / unit);
        }
    }

    private double through(int i) {
        return tail[i] == Double.NEGATIVE_INFINITY ? tail[i] : head[i] + tail[i];
    }

    /** head: longest way to the end of an operator; tail: from there to the last end that the deadline counts. */
    private void longest(int d, double unit) {
        for (int i : p.order) {
            double start = 0;
            headEdge[i] = -1;
            for (int e : p.in[i]) {
                double ready = head[p.edgeFrom[e]] + wait[d][e];
                if (headEdge[i] >= 0 && ready <= start) continue;
                start = Math.max(0, ready);
                headEdge[i] = e;
            }
            head[i] = start + time(i, unit);
        }
        for (int at = p.operators - 1; at >= 0; at--) {
            int i = p.order[at];
            tail[i] = p.counts[d][i] ? 0 : Double.NEGATIVE_INFINITY;
            tailEdge[i] = -1;
            for (int e : p.out[i]) {
                int k = p.edgeTo[e];
                double rest = tail[k] + time(k, unit) + wait[d][e];
                if (rest <= tail[i]) continue;
                tail[i] = rest;
                tailEdge[i] = e;
            }
        }
    }

    private double time(int i, double unit) {
        double sum = 0;
        for (int j = 0; j < p.time[i].length; j++) sum += p.time[i][j] / unit * x(i, j);
        return sum;
    }

    private void path(int middle, double unit, boolean[] covered) {
        step(middle, unit, covered);
        for (int e = headEdge[middle]; e >= 0; e = headEdge[p.edgeFrom[e]]) hop(e, p.edgeFrom[e], unit, covered);
        for (int e = tailEdge[middle]; e >= 0; e = tailEdge[p.edgeTo[e]]) hop(e, p.edgeTo[e], unit, covered);
    }

    private void hop(int e, int operator, double unit, boolean[] covered) {
        step(operator, unit, covered);
        if (timed[e]) ends(e, fromPrice[e], toPrice[e], 1);
    }

    private void step(int i, double unit, boolean[] covered) {
        covered[i] = true;
        for (int j = 0; j < p.time[i].length; j++) merge(i, j, p.time[i][j] / unit);
    }

    // The row under construction, by operator and mode: an operator appears more than once.
    private double[][] row = {};
    private int[] touched = {};
    private boolean[] marked = {};
    private int touchedCount;

    private void merge(int i, int j, double value) {
        if (row.length == 0) {
            row = new double[p.operators][];
            for (int k = 0; k < p.operators; k++) row[k] = new double[p.modeClass[k].length];
            touched = new int[p.operators];
            marked = new boolean[p.operators];
        }
        if (!marked[i]) {
            marked[i] = true;
            touched[touchedCount++] = i;
        }
        row[i][j] += value;
    }

    private void flush(double atMost) {
        for (int k = 0; k < touchedCount; k++) {
            int i = touched[k];
            for (int j = 0; j < row[i].length; j++) linear.put(linear.firstMode[i] + j, row[i][j]);
            Arrays.fill(row[i], 0);
            marked[i] = false;
        }
        touchedCount = 0;
        linear.add(atMost, false);
    }
}
