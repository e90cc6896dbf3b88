package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * Newton steps of a {@link TimeCostPoint}: everything but start times and row prices is eliminated operator by operator.
 *
 * <pre>
 * with, over the modes of operator i and weights x / dual of x:  b = variance of time, q = covariance of time and row factors
 * over its arcs and weights w = flow / slack:                    W = sum w, l = sum w (e_from - e_to)
 * duration step   dT = (t0 - q dp - b F0 - b l ds) / (1 + b W)
 * start times     K = diag(dual of s / s) + sum_arcs w (e_from - e_to)(e_from - e_to)' - sum_i b / (1 + b W) l l'
 * and a border P = - sum_i l q' / (1 + b W) to the row prices p, of which there are two for each class.
 * </pre>
 * K has one row for each start time and is as sparse as the workflow; t0 and F0 are what the right-hand side contributes.
 */
final class TimeCostNewton {
    private final TimeCostPoint at;
    private final TimeCostProgram l;
    private final ModeMoments moments;
    private final EnvelopeCholesky starts;
    private final int rows;
    private final double[] out; // W
    private final double[] stiffness; // w, by arc
    private final double[] curvature; // by class: what a device count resists with
    private final double[][] border; // row, start time: P
    private final double[][] solved; // row, start time: K^-1 P
    private final double[][] dense;
    // right-hand sides
    private final double[] startSide;
    private final double[] rowSide;
    private final double[] excess; // modes
    private final double[] durationSide; // t0
    private final double[] flowSide; // F0
    private final double[] rest;

    TimeCostNewton(TimeCostPoint at) {
        this.at = at;
        l = at.program;
        rows = 2 * l.p.classes;
        starts = new EnvelopeCholesky(l.neighbours());
        dense = new double[rows][rows];
        moments = new ModeMoments(at, dense);
        out = new double[l.p.operators];
        stiffness = new double[l.arcs];
        curvature = new double[l.p.classes];
        border = new double[rows][l.potentials];
        solved = new double[rows][l.potentials];
        startSide = new double[l.potentials];
        rowSide = new double[rows];
        excess = new double[l.mode.length];
        durationSide = new double[l.p.operators];
        flowSide = new double[l.p.operators];
        rest = new double[l.p.operators];
    }

    /** Factors the system at the current point. */
    void factor() {
        starts.clear();
        for (double[] each : border) Arrays.fill(each, 0);
        for (double[] each : dense) Arrays.fill(each, 0);
        for (int h = 0; h < l.p.classes; h++) classRows(h);
        for (int v = 0; v < l.potentials; v++) starts.add(v, v, at.starts.dual[v] / at.starts.primal[v]);
        for (int i = 0; i < l.p.operators; i++) {
            moments.measure(i);
            arcs(i);
        }
        starts.factor();
        for (int r = 0; r < rows; r++) {
            if (!at.rows.active[r]) continue;
            System.arraycopy(border[r], 0, solved[r], 0, l.potentials);
            starts.solve(solved[r]);
        }
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o <= r; o++) {
                if (!at.rows.active[r] || !at.rows.active[o]) continue;
                for (int v = 0; v < l.potentials; v++) dense[r][o] += border[r][v] * solved[o][v];
            }
        }
        SmallCholesky.factor(dense);
    }

    private void classRows(int h) {
        curvature[h] = Double.POSITIVE_INFINITY;
        if (at.counts.active[h]) curvature[h] = at.counts.dual[h] / at.counts.primal[h];
        if (at.spares.active[h]) curvature[h] += at.spares.dual[h] / at.spares.primal[h];
        for (int r = 2 * h; r < 2 * h + 2; r++) {
            if (!at.rows.active[r]) {
                dense[r][r] = 1;
                continue;
            }
            dense[r][r] += at.rows.primal[r] / at.rows.dual[r];
            for (int o = 2 * h; o < 2 * h + 2; o++) if (at.rows.active[o]) dense[r][o] += 1 / curvature[h];
        }
    }

    private void arcs(int i) {
        int from = l.firstArc[i];
        int to = l.firstArc[i + 1];
        out[i] = 0;
        for (int a = from; a < to; a++) {
            double w = at.arcs.dual[a] / at.arcs.primal[a];
            stiffness[a] = w;
            out[i] += w;
            starts.add(l.arcFrom[a], l.arcFrom[a], w);
            if (l.arcTo[a] < 0) continue;
            starts.add(l.arcTo[a], l.arcTo[a], w);
            starts.add(l.arcFrom[a], l.arcTo[a], -w);
        }
        double share = share(i);
        double elastic = moments.variance[i] * share;
        for (int a = from; a < to; a++)
            for (int o = from; o < to; o++) product(a, o, -elastic * stiffness[a] * stiffness[o]);
        double[] q = moments.covariance[i];
        for (int r = 0; r < rows; r++) {
            if (q[r] == 0) continue;
            for (int a = from; a < to; a++) {
                border[r][l.arcFrom[a]] -= stiffness[a] * q[r] * share;
                if (l.arcTo[a] >= 0) border[r][l.arcTo[a]] += stiffness[a] * q[r] * share;
            }
            for (int o = 0; o < rows; o++) dense[r][o] -= q[r] * q[o] * out[i] * share;
        }
    }

    /** Adds value * (e_from - e_to of arc a)(e_from - e_to of arc o)', of which the caller adds the transpose as well. */
    private void product(int a, int o, double value) {
        half(l.arcFrom[a], l.arcFrom[o], value);
        if (l.arcTo[o] >= 0) half(l.arcFrom[a], l.arcTo[o], -value);
        if (l.arcTo[a] >= 0) half(l.arcTo[a], l.arcFrom[o], -value);
        if (l.arcTo[a] >= 0 && l.arcTo[o] >= 0) half(l.arcTo[a], l.arcTo[o], value);
    }

    private void half(int u, int v, double value) {
        starts.add(u, v, u == v ? value : value / 2);
    }

    private double share(int i) {
        return 1 / (1 + moments.variance[i] * out[i]);
    }

    /** Leaves in the point a step towards products {@code mu}; {@code correct} takes the last step's products into account. */
    void direction(double mu, boolean correct) {
        for (int v = 0; v < l.potentials; v++) {
            startSide[v] = at.starts.lack(v, mu, correct) / at.starts.primal[v] + at.startResidual[v];
        }
        for (int h = 0; h < l.p.classes; h++) {
            double count = at.counts.active[h] ? countSide(h, mu, correct) / curvature[h] : 0;
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                rowSide[r] = at.rows.active[r]
                        ? at.rows.lack(r, mu, correct) / at.rows.dual[r] - at.rowResidual[r] - count
                        : 0;
            }
        }
        for (int i = 0; i < l.p.operators; i++) operatorSide(i, mu, correct);
        starts.solve(startSide);
        for (int r = 0; r < rows; r++) {
            if (!at.rows.active[r]) rowSide[r] = 0;
            else for (int v = 0; v < l.potentials; v++) rowSide[r] += border[r][v] * startSide[v];
        }
        SmallCholesky.solve(dense, rowSide);
        for (int v = 0; v < l.potentials; v++) {
            double step = startSide[v];
            for (int r = 0; r < rows; r++) step -= solved[r][v] * rowSide[r];
            at.starts.primalStep(v, step, at.starts.lack(v, mu, correct));
        }
        for (int i = 0; i < l.p.operators; i++) operatorStep(i, mu, correct);
        for (int h = 0; h < l.p.classes; h++) classStep(h, mu, correct);
    }

    private double countSide(int h, double mu, boolean correct) {
        double side = at.counts.lack(h, mu, correct) / at.counts.primal[h] + at.countResidual[h];
        if (!at.spares.active[h]) return side;
        double lack = at.spares.lack(h, mu, correct);
        return side - (lack - at.spares.dual[h] * at.spareResidual[h]) / at.spares.primal[h];
    }

    private void operatorSide(int i, double mu, boolean correct) {
        double sum = 0;
        double time = 0;
        for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
            excess[k] = (at.modes.lack(k, mu, correct) + at.modes.primal[k] * at.modeResidual[k]) / at.modes.dual[k];
            sum += excess[k];
            time += excess[k] * l.time[k];
            rowSide[2 * l.modeClass[k]] += l.load[k] * excess[k];
            rowSide[2 * l.modeClass[k] + 1] += l.memory[k] * excess[k];
        }
        rest[i] = (at.operatorResidual[i] - sum) / moments.weight[i];
        durationSide[i] = time + moments.time[i] * rest[i];
        flowSide[i] = 0;
        for (int a = l.firstArc[i]; a < l.firstArc[i + 1]; a++) {
            double side = at.arcs.lack(a, mu, correct) / at.arcs.primal[a] - stiffness[a] * at.arcResidual[a];
            flowSide[i] += side;
            spread(a, -side);
        }
        double share = share(i);
        double duration = (durationSide[i] - moments.variance[i] * flowSide[i]) * share;
        for (int a = l.firstArc[i]; a < l.firstArc[i + 1]; a++) spread(a, -stiffness[a] * duration);
        double flow = (flowSide[i] + out[i] * durationSide[i]) * share;
        for (int r = 0; r < rows; r++) rowSide[r] += moments.rows[i][r] * rest[i] - moments.covariance[i][r] * flow;
    }

    private void spread(int a, double value) {
        startSide[l.arcFrom[a]] += value;
        if (l.arcTo[a] >= 0) startSide[l.arcTo[a]] -= value;
    }

    private void operatorStep(int i, double mu, boolean correct) {
        double turn = 0;
        for (int a = l.firstArc[i]; a < l.firstArc[i + 1]; a++) turn += stiffness[a] * lead(a);
        double priced = 0;
        double mean = 0;
        for (int r = 0; r < rows; r++) {
            priced += moments.covariance[i][r] * rowSide[r];
            mean += moments.rows[i][r] * rowSide[r];
        }
        double share = share(i);
        double duration = (durationSide[i] - priced - moments.variance[i] * (flowSide[i] + turn)) * share;
        double flow = (flowSide[i] + turn + out[i] * (durationSide[i] - priced)) * share;
        double price = rest[i] + (mean + flow * moments.time[i]) / moments.weight[i];
        at.operatorPriceStep[i] = price;
        for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
            int h = l.modeClass[k];
            double change = rowSide[2 * h] * l.load[k] + rowSide[2 * h + 1] * l.memory[k] + flow * l.time[k];
            at.modes.dualStep(k, change - price - at.modeResidual[k], at.modes.lack(k, mu, correct));
        }
        for (int a = l.firstArc[i]; a < l.firstArc[i + 1]; a++) {
            at.arcs.primalStep(a, at.arcResidual[a] - lead(a) - duration, at.arcs.lack(a, mu, correct));
        }
    }

    /** The step of an arc's first start time less that of its second. */
    private double lead(int a) {
        return at.starts.primalStep[l.arcFrom[a]] - TimeCostPoint.at(at.starts.primalStep, l.arcTo[a]);
    }

    private void classStep(int h, double mu, boolean correct) {
        if (at.counts.active[h]) {
            double prices = rowSide[2 * h] + rowSide[2 * h + 1];
            double step = (countSide(h, mu, correct) + prices) / curvature[h];
            at.counts.primalStep(h, step, at.counts.lack(h, mu, correct));
            if (at.spares.active[h]) {
                at.spares.primalStep(h, at.spareResidual[h] - step, at.spares.lack(h, mu, correct));
            }
        }
        for (int r = 2 * h; r < 2 * h + 2; r++) {
            if (at.rows.active[r]) at.rows.dualStep(r, rowSide[r], at.rows.lack(r, mu, correct));
        }
    }
}
