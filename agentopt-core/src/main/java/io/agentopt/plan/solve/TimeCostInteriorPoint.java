package io.agentopt.plan.solve;

import java.util.Arrays;

/** Primal-dual interior point method (Mehrotra 1992) on a {@link TimeCostProgram}. */
final class TimeCostInteriorPoint {
    private static final double TO_BOUNDARY = 0.995;

    private final TimeCostProgram l;
    private final EnvelopeCholesky matrix;
    private final int rows; // class rows: 2 for each class
    // primal, dual partner
    final double[] x;
    final double[] zx;
    final double[] s;
    final double[] zs;
    final double[] slack;
    final double[] flow;
    final double[] n;
    final double[] zn;
    final double[] spare; // room left for n
    final double[] zu;
    final double[] rowSlack;
    final double[] rowPrice;
    private final double[] y;
    // steps, in the same order
    private final double[] dx;
    private final double[] dzx;
    private final double[] ds;
    private final double[] dzs;
    private final double[] dslack;
    private final double[] dflow;
    private final double[] dn;
    private final double[] dzn;
    private final double[] dspare;
    private final double[] dzu;
    private final double[] drowSlack;
    private final double[] drowPrice;
    private final double[] dy;
    // residuals
    private final double[] rdx;
    private final double[] rp;
    private final double[] rds;
    private final double[] ra;
    private final double[] rdn;
    private final double[] ru;
    private final double[] rr;
    // per operator
    private final double[] theta;
    private final double[] meanTime;
    private final double[][] meanRow;
    private final double[] spread; // b
    private final double[][] cross; // q
    private final double[] out; // W
    private final double[] omega;
    private final double[] kappa;
    private final double[][] border; // rows x potentials: K^-1 P
    private final double[][] coupling; // rows x potentials: P
    private final double[][] dense;
    private final boolean[] movable;
    double gap;
    double residual;
    int iterations;

    TimeCostInteriorPoint(TimeCostProgram l) {
        this.l = l;
        matrix = new EnvelopeCholesky(l.neighbours());
        int modes = l.mode.length;
        int ops = l.p.operators;
        int classes = l.p.classes;
        rows = 2 * classes;
        x = new double[modes];
        zx = new double[modes];
        s = new double[l.potentials];
        zs = new double[l.potentials];
        slack = new double[l.arcs];
        flow = new double[l.arcs];
        n = new double[classes];
        zn = new double[classes];
        spare = new double[classes];
        zu = new double[classes];
        rowSlack = new double[rows];
        rowPrice = new double[rows];
        y = new double[ops];
        dx = new double[modes];
        dzx = new double[modes];
        ds = new double[l.potentials];
        dzs = new double[l.potentials];
        dslack = new double[l.arcs];
        dflow = new double[l.arcs];
        dn = new double[classes];
        dzn = new double[classes];
        dspare = new double[classes];
        dzu = new double[classes];
        drowSlack = new double[rows];
        drowPrice = new double[rows];
        dy = new double[ops];
        rdx = new double[modes];
        rp = new double[ops];
        rds = new double[l.potentials];
        ra = new double[l.arcs];
        rdn = new double[classes];
        ru = new double[classes];
        rr = new double[rows];
        theta = new double[ops];
        meanTime = new double[ops];
        meanRow = new double[ops][rows];
        spread = new double[ops];
        cross = new double[ops][rows];
        out = new double[ops];
        omega = new double[l.arcs];
        kappa = new double[classes];
        border = new double[rows][l.potentials];
        coupling = new double[rows][l.potentials];
        dense = new double[rows][rows];
        movable = new boolean[classes];
        start();
    }

    private void start() {
        double mu = 1;
        double[] need = new double[rows];
        double[] duration = new double[l.p.operators];
        for (int i = 0; i < l.p.operators; i++) {
            int count = l.firstMode[i + 1] - l.firstMode[i];
            for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
                x[k] = 1.0 / count;
                zx[k] = mu / x[k];
                need[2 * l.modeClass[k]] += x[k] * l.load[k];
                need[2 * l.modeClass[k] + 1] += x[k] * l.memory[k];
                duration[i] += x[k] * l.time[k];
            }
            y[i] = 0;
        }
        for (int v = 0; v < l.potentials; v++) {
            s[v] = 0.5;
            zs[v] = mu / s[v];
        }
        for (int a = 0; a < l.arcs; a++) {
            slack[a] = 0.1;
            flow[a] = mu / slack[a];
        }
        for (int h = 0; h < l.p.classes; h++) {
            movable[h] = l.price[h] > 0 && l.room[h] > 0;
            double wanted = Math.max(1, Math.max(need[2 * h], need[2 * h + 1]));
            n[h] = Double.isInfinite(l.room[h]) || !movable[h] ? wanted : Math.min(wanted, l.room[h] / 2);
            zn[h] = mu / n[h];
            spare[h] = Double.isInfinite(l.room[h]) ? 1 : Math.max(l.room[h] - n[h], 0.5);
            zu[h] = mu / spare[h];
            if (!movable[h]) n[h] = Double.isInfinite(l.room[h]) ? 0 : l.room[h];
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                rowPrice[r] = l.priced[r] ? Math.max(0.1, l.price[h] / 3) : 0;
                rowSlack[r] = l.priced[r] ? mu / rowPrice[r] : 1;
            }
        }
    }

    private double factorOf(int k, int r) {
        return (r & 1) == 0 ? l.load[k] : l.memory[k];
    }

    private boolean bounded(int h) {
        return movable[h] && !Double.isInfinite(l.room[h]);
    }

    /** One iteration. {@return whether the point is within the tolerance} */
    boolean step(double tolerance) {
        residuals();
        if (gap < tolerance && residual < tolerance) return true;
        iterations++;
        factor();
        double mu = mu();
        direction(0, false);
        double primal = primalStep();
        double dual = dualStep();
        double after = muAfter(primal, dual);
        double sigma = Math.pow(after / mu, 3);
        direction(Math.clamp(sigma, 1e-6, 1) * mu, true);
        move(Math.min(1, TO_BOUNDARY * primalStep()), Math.min(1, TO_BOUNDARY * dualStep()));
        return false;
    }

    private void residuals() {
        double worst = 0;
        double primal = 0;
        double dual = 0;
        double[] used = new double[rows];
        double[] zsNeeded = new double[l.potentials];
        for (int i = 0; i < l.p.operators; i++) {
            double phi = 0;
            for (int a : l.outOf[i]) phi += flow[a];
            double sum = 0;
            double duration = 0;
            for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
                int h = l.modeClass[k];
                rdx[k] = zx[k]
                        - (l.cost[k]
                                + rowPrice[2 * h] * l.load[k]
                                + rowPrice[2 * h + 1] * l.memory[k]
                                + phi * l.time[k]
                                - y[i]);
                worst = Math.max(worst, Math.abs(rdx[k]));
                sum += x[k];
                duration += x[k] * l.time[k];
                used[2 * h] += x[k] * l.load[k];
                used[2 * h + 1] += x[k] * l.memory[k];
                primal += l.cost[k] * x[k];
            }
            rp[i] = 1 - sum;
            worst = Math.max(worst, Math.abs(rp[i]));
            dual += y[i];
            for (int a : l.outOf[i]) {
                double to = l.arcTo[a] < 0 ? 0 : s[l.arcTo[a]];
                ra[a] = l.arcRoom[a] + to - s[l.arcFrom[a]] - duration - slack[a];
                worst = Math.max(worst, Math.abs(ra[a]));
                zsNeeded[l.arcFrom[a]] += flow[a];
                if (l.arcTo[a] >= 0) zsNeeded[l.arcTo[a]] -= flow[a];
                dual -= flow[a] * l.arcRoom[a];
            }
        }
        for (int v = 0; v < l.potentials; v++) {
            rds[v] = zs[v] - zsNeeded[v];
            worst = Math.max(worst, Math.abs(rds[v]));
        }
        for (int h = 0; h < l.p.classes; h++) {
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                rr[r] = l.priced[r] ? l.least[h] + n[h] - used[r] - rowSlack[r] : 0;
                worst = Math.max(worst, Math.abs(rr[r]) / (1 + used[r]));
                dual -= rowPrice[r] * (l.least[h] + (movable[h] ? 0 : n[h]));
            }
            primal += l.price[h] * (l.least[h] + n[h]);
            dual += l.price[h] * (l.least[h] + (movable[h] ? 0 : n[h]));
            if (!movable[h]) continue;
            rdn[h] = zn[h] - (l.price[h] - rowPrice[2 * h] - rowPrice[2 * h + 1] + (bounded(h) ? zu[h] : 0));
            worst = Math.max(worst, Math.abs(rdn[h]));
            ru[h] = bounded(h) ? l.room[h] - n[h] - spare[h] : 0;
            worst = Math.max(worst, Math.abs(ru[h]) / (1 + n[h]));
            if (bounded(h)) dual -= zu[h] * l.room[h];
        }
        gap = Math.abs(primal - dual) / (1 + Math.abs(primal));
        residual = worst;
        this.primal = primal;
        this.dual = dual;
    }

    double primal;
    double dual;

    private double mu() {
        return muAfter(0, 0);
    }

    private double muAfter(double a, double b) {
        double sum = 0;
        int count = 0;
        for (int k = 0; k < x.length; k++) sum += (x[k] + a * dx[k]) * (zx[k] + b * dzx[k]);
        for (int v = 0; v < s.length; v++) sum += (s[v] + a * ds[v]) * (zs[v] + b * dzs[v]);
        for (int e = 0; e < slack.length; e++) sum += (slack[e] + a * dslack[e]) * (flow[e] + b * dflow[e]);
        count += x.length + s.length + slack.length;
        for (int h = 0; h < l.p.classes; h++) {
            if (movable[h]) {
                sum += (n[h] + a * dn[h]) * (zn[h] + b * dzn[h]);
                count++;
            }
            if (bounded(h)) {
                sum += (spare[h] + a * dspare[h]) * (zu[h] + b * dzu[h]);
                count++;
            }
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                if (!l.priced[r]) continue;
                sum += (rowSlack[r] + a * drowSlack[r]) * (rowPrice[r] + b * drowPrice[r]);
                count++;
            }
        }
        return sum / count;
    }

    private void factor() {
        matrix.clear();
        for (double[] each : coupling) Arrays.fill(each, 0);
        for (double[] each : dense) Arrays.fill(each, 0);
        for (int h = 0; h < l.p.classes; h++) {
            kappa[h] = movable[h] ? zn[h] / n[h] + (bounded(h) ? zu[h] / spare[h] : 0) : Double.POSITIVE_INFINITY;
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                if (!l.priced[r]) {
                    dense[r][r] = 1;
                    continue;
                }
                dense[r][r] += rowSlack[r] / rowPrice[r];
                for (int o = 2 * h; o < 2 * h + 2; o++) if (l.priced[o]) dense[r][o] += 1 / kappa[h];
            }
        }
        for (int v = 0; v < l.potentials; v++) matrix.add(v, v, zs[v] / s[v]);
        for (int i = 0; i < l.p.operators; i++) {
            moments(i);
            double w = 0;
            for (int a : l.outOf[i]) {
                omega[a] = flow[a] / slack[a];
                w += omega[a];
                matrix.add(l.arcFrom[a], l.arcFrom[a], omega[a]);
                if (l.arcTo[a] < 0) continue;
                matrix.add(l.arcTo[a], l.arcTo[a], omega[a]);
                matrix.add(l.arcFrom[a], l.arcTo[a], -omega[a]);
            }
            out[i] = w;
            double b = spread[i];
            double share = 1 / (1 + b * w);
            int[] pattern = pattern(i);
            for (int u = 0; u < patternSize; u++) {
                for (int v = 0; v <= u; v++) matrix.add(pattern[u], pattern[v], -b * share * slope[u] * slope[v]);
            }
            double[] q = cross[i];
            for (int r = 0; r < rows; r++) {
                if (q[r] == 0) continue;
                for (int u = 0; u < patternSize; u++) coupling[r][pattern[u]] -= slope[u] * q[r] * share;
                for (int o = 0; o < rows; o++) dense[r][o] -= q[r] * q[o] * w * share;
            }
        }
        matrix.factor();
        for (int r = 0; r < rows; r++) {
            if (!l.priced[r]) continue;
            System.arraycopy(coupling[r], 0, border[r], 0, l.potentials);
            matrix.solve(border[r]);
        }
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < rows; o++) {
                if (!l.priced[r] || !l.priced[o]) continue;
                double sum = 0;
                for (int v = 0; v < l.potentials; v++) sum += coupling[r][v] * border[o][v];
                dense[r][o] += sum;
            }
        }
        decompose();
    }

    private int[] pattern = new int[64];
    private double[] slope = new double[64];
    private int patternSize;

    /** The vector l_i: how the flow out of an operator answers its start times. */
    private int[] pattern(int i) {
        patternSize = 0;
        int needed = 2 * l.outOf[i].length + 1;
        if (pattern.length < needed) {
            pattern = new int[needed];
            slope = new double[needed];
        }
        int previous = -1;
        for (int a : l.outOf[i]) {
            if (l.arcFrom[a] != previous) {
                previous = l.arcFrom[a];
                pattern[patternSize] = previous;
                slope[patternSize++] = 0;
            }
            int own = patternSize - 1;
            while (pattern[own] != previous) own--;
            slope[own] += omega[a];
            if (l.arcTo[a] < 0) continue;
            pattern[patternSize] = l.arcTo[a];
            slope[patternSize++] = -omega[a];
        }
        return pattern;
    }

    private void moments(int i) {
        double[] m = meanRow[i];
        double[] q = cross[i];
        Arrays.fill(m, 0);
        Arrays.fill(q, 0);
        double sum = 0;
        double t1 = 0;
        for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
            double th = x[k] / zx[k];
            int h = l.modeClass[k];
            sum += th;
            t1 += th * l.time[k];
            if (l.priced[2 * h]) m[2 * h] += th * l.load[k];
            if (l.priced[2 * h + 1]) m[2 * h + 1] += th * l.memory[k];
        }
        theta[i] = sum;
        double mean = t1 / sum;
        meanTime[i] = t1;
        double b = 0;
        for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
            double th = x[k] / zx[k];
            int h = l.modeClass[k];
            double off = l.time[k] - mean;
            b += th * off * off;
            boolean load = l.priced[2 * h];
            boolean memory = l.priced[2 * h + 1];
            if (load) {
                q[2 * h] += th * l.load[k] * off;
                dense[2 * h][2 * h] += th * l.load[k] * l.load[k];
            }
            if (memory) {
                q[2 * h + 1] += th * l.memory[k] * off;
                dense[2 * h + 1][2 * h + 1] += th * l.memory[k] * l.memory[k];
            }
            if (load && memory) {
                double both = th * l.load[k] * l.memory[k];
                dense[2 * h][2 * h + 1] += both;
                dense[2 * h + 1][2 * h] += both;
            }
        }
        for (int r = 0; r < rows; r++) {
            if (m[r] == 0) continue;
            for (int o = 0; o < rows; o++) dense[r][o] -= m[r] * m[o] / sum;
        }
        spread[i] = b;
    }

    private void decompose() {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c <= r; c++) {
                double sum = dense[r][c];
                for (int k = 0; k < c; k++) sum -= dense[r][k] * dense[c][k];
                if (r == c) dense[r][r] = sum > 0 ? Math.sqrt(sum) : 1e64;
                else dense[r][c] = sum / dense[c][c];
            }
        }
    }

    private void solveDense(double[] v) {
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < r; k++) v[r] -= dense[r][k] * v[k];
            v[r] /= dense[r][r];
        }
        for (int r = rows - 1; r >= 0; r--) {
            for (int k = r + 1; k < rows; k++) v[r] -= dense[k][r] * v[k];
            v[r] /= dense[r][r];
        }
    }

    /** Newton direction towards products {@code mu}; with the second-order terms of the direction before when correcting. */
    private void direction(double mu, boolean correct) {
        int ops = l.p.operators;
        double c = correct ? 1 : 0;
        double[] rhs = new double[l.potentials];
        double[] rowRhs = new double[rows];
        double[] t0 = new double[ops];
        double[] f0sum = new double[ops];
        double[] rest = new double[ops];
        double[] f0 = new double[l.arcs];
        double[] ex = new double[x.length];
        for (int v = 0; v < l.potentials; v++) {
            double rc = mu - s[v] * zs[v] - c * ds[v] * dzs[v];
            rhs[v] = rc / s[v] + rds[v];
        }
        for (int h = 0; h < l.p.classes; h++) {
            double n0 = 0;
            if (movable[h]) {
                double value = (mu - n[h] * zn[h] - c * dn[h] * dzn[h]) / n[h] + rdn[h];
                if (bounded(h)) {
                    double rc = mu - spare[h] * zu[h] - c * dspare[h] * dzu[h];
                    value -= (rc - zu[h] * ru[h]) / spare[h];
                }
                n0 = value / kappa[h];
            }
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                if (!l.priced[r]) continue;
                double rc = mu - rowSlack[r] * rowPrice[r] - c * drowSlack[r] * drowPrice[r];
                rowRhs[r] = rc / rowPrice[r] - rr[r] - n0;
            }
        }
        for (int i = 0; i < ops; i++) {
            double sum = 0;
            double t = 0;
            for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
                double rc = mu - x[k] * zx[k] - c * dx[k] * dzx[k];
                double e = rc / zx[k] + x[k] / zx[k] * rdx[k];
                ex[k] = e;
                int h = l.modeClass[k];
                sum += e;
                t += e * l.time[k];
                if (l.priced[2 * h]) rowRhs[2 * h] += l.load[k] * e;
                if (l.priced[2 * h + 1]) rowRhs[2 * h + 1] += l.memory[k] * e;
            }
            rest[i] = (rp[i] - sum) / theta[i];
            t0[i] = t + meanTime[i] * rest[i];
            for (int a : l.outOf[i]) {
                double rc = mu - slack[a] * flow[a] - c * dslack[a] * dflow[a];
                f0[a] = rc / slack[a] - omega[a] * ra[a];
                f0sum[i] += f0[a];
                rhs[l.arcFrom[a]] -= f0[a];
                if (l.arcTo[a] >= 0) rhs[l.arcTo[a]] += f0[a];
            }
            double share = 1 / (1 + spread[i] * out[i]);
            double add = (t0[i] - spread[i] * f0sum[i]) * share;
            for (int a : l.outOf[i]) {
                rhs[l.arcFrom[a]] -= omega[a] * add;
                if (l.arcTo[a] >= 0) rhs[l.arcTo[a]] += omega[a] * add;
            }
            double phi0 = (f0sum[i] + out[i] * t0[i]) * share;
            for (int r = 0; r < rows; r++) {
                rowRhs[r] += meanRow[i][r] * rest[i] - cross[i][r] * phi0;
            }
        }
        double[] base = rhs.clone();
        matrix.solve(base);
        for (int r = 0; r < rows; r++) {
            if (!l.priced[r]) {
                rowRhs[r] = 0;
                continue;
            }
            for (int v = 0; v < l.potentials; v++) rowRhs[r] += coupling[r][v] * base[v];
        }
        solveDense(rowRhs);
        for (int v = 0; v < l.potentials; v++) {
            double value = base[v];
            for (int r = 0; r < rows; r++) value -= border[r][v] * rowRhs[r];
            double rc = mu - s[v] * zs[v] - c * ds[v] * dzs[v];
            ds[v] = value;
            dzs[v] = (rc - zs[v] * value) / s[v];
        }
        double[] dgamma = rowRhs;
        double[] dused = new double[rows];
        for (int i = 0; i < ops; i++) {
            double turn = 0; // l ds
            for (int a : l.outOf[i]) turn += omega[a] * (ds[l.arcFrom[a]] - (l.arcTo[a] < 0 ? 0 : ds[l.arcTo[a]]));
            double dq = 0;
            double dm = 0;
            for (int r = 0; r < rows; r++) {
                dq += cross[i][r] * dgamma[r];
                dm += meanRow[i][r] * dgamma[r];
            }
            double b = spread[i];
            double share = 1 / (1 + b * out[i]);
            double dT = (t0[i] - dq - b * f0sum[i] - b * turn) * share;
            double dphi = (f0sum[i] + turn + out[i] * (t0[i] - dq)) * share;
            dy[i] = rest[i] + (dm + dphi * meanTime[i]) / theta[i];
            for (int k = l.firstMode[i]; k < l.firstMode[i + 1]; k++) {
                int h = l.modeClass[k];
                double rc = mu - x[k] * zx[k] - c * dx[k] * dzx[k];
                double change = dgamma[2 * h] * l.load[k]
                        + dgamma[2 * h + 1] * l.memory[k]
                        + dphi * l.time[k]
                        - dy[i]
                        - rdx[k];
                dzx[k] = change;
                dx[k] = (rc - x[k] * change) / zx[k];
                dused[2 * h] += dx[k] * l.load[k];
                dused[2 * h + 1] += dx[k] * l.memory[k];
            }
            for (int a : l.outOf[i]) {
                double rc = mu - slack[a] * flow[a] - c * dslack[a] * dflow[a];
                double move = (l.arcTo[a] < 0 ? 0 : ds[l.arcTo[a]]) - ds[l.arcFrom[a]] - dT + ra[a];
                dslack[a] = move;
                dflow[a] = (rc - flow[a] * move) / slack[a];
            }
        }
        for (int h = 0; h < l.p.classes; h++) {
            double dg = dgamma[2 * h] + dgamma[2 * h + 1];
            if (movable[h]) {
                double rcn = mu - n[h] * zn[h] - c * dn[h] * dzn[h];
                double rcu = bounded(h) ? mu - spare[h] * zu[h] - c * dspare[h] * dzu[h] : 0;
                double value = rcn / n[h] + rdn[h] + dg;
                if (bounded(h)) value -= (rcu - zu[h] * ru[h]) / spare[h];
                dn[h] = value / kappa[h];
                dzn[h] = (rcn - zn[h] * dn[h]) / n[h];
                if (bounded(h)) {
                    dspare[h] = -dn[h] + ru[h];
                    dzu[h] = (rcu - zu[h] * dspare[h]) / spare[h];
                }
            }
            for (int r = 2 * h; r < 2 * h + 2; r++) {
                if (!l.priced[r]) continue;
                double rc = mu - rowSlack[r] * rowPrice[r] - c * drowSlack[r] * drowPrice[r];
                drowPrice[r] = dgamma[r];
                drowSlack[r] = (rc - rowSlack[r] * dgamma[r]) / rowPrice[r];
            }
        }
    }

    private double primalStep() {
        double most = room(x, dx);
        most = Math.min(most, room(s, ds));
        most = Math.min(most, room(slack, dslack));
        most = Math.min(most, room(n, dn));
        most = Math.min(most, room(spare, dspare));
        return Math.min(most, room(rowSlack, drowSlack));
    }

    private double dualStep() {
        double most = room(zx, dzx);
        most = Math.min(most, room(zs, dzs));
        most = Math.min(most, room(flow, dflow));
        most = Math.min(most, room(zn, dzn));
        most = Math.min(most, room(zu, dzu));
        return Math.min(most, room(rowPrice, drowPrice));
    }

    private static double room(double[] value, double[] change) {
        double most = 1 / TO_BOUNDARY;
        for (int k = 0; k < value.length; k++) if (change[k] < 0) most = Math.min(most, -value[k] / change[k]);
        return most;
    }

    private void move(double a, double b) {
        lastPrimal = a;
        lastDual = b;
        add(x, a, dx);
        add(s, a, ds);
        add(slack, a, dslack);
        add(n, a, dn);
        add(spare, a, dspare);
        add(rowSlack, a, drowSlack);
        add(zx, b, dzx);
        add(zs, b, dzs);
        add(flow, b, dflow);
        add(zn, b, dzn);
        add(zu, b, dzu);
        add(rowPrice, b, drowPrice);
        add(y, b, dy);
    }

    double lastPrimal;
    double lastDual;

    private static void add(double[] value, double step, double[] change) {
        for (int k = 0; k < value.length; k++) value[k] += step * change[k];
    }
}
