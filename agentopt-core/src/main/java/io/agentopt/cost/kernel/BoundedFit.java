package io.agentopt.cost.kernel;

import java.util.List;

/**
 * Fits the terms of a form to measurements, robustly and within bounds.
 *
 * <p>Term x lies between its bounds by a logistic map of a free variable u: log x = log low + (log high - log low) / (1 + e^-u), so no
 * step can leave them. Levenberg-Marquardt with reweighting minimises
 *
 * <pre>
 * sum over points of huber(log(predicted / measured), 0.1) + 0.0005 * sum over terms of (u - u of generic)^2
 * </pre>
 *
 * from two starts. The second sum keeps a term that no point sees at its generic value.
 */
final class BoundedFit<S extends KernelShape> {
    private static final double HUBER = 0.1;
    private static final double PULL = 1e-3;
    private static final int ITERATIONS = 60;
    private static final double STEP = 1e-4;
    private static final double LONGEST = 2; // in u: a longer step would jump from bound to bound

    private final KernelForm<S> form;
    private final List<Term> terms;
    private final List<KernelMeasurement<S>> points;
    private final double[] generic;

    private BoundedFit(KernelForm<S> form, List<KernelMeasurement<S>> points) {
        this.form = form;
        this.terms = form.terms();
        this.points = points;
        this.generic = free(form.generic());
    }

    /** {@return the terms that fit best, each within its bounds; the generic ones without points} */
    static <S extends KernelShape> double[] terms(KernelForm<S> form, List<KernelMeasurement<S>> points) {
        if (points.isEmpty()) return form.generic();
        BoundedFit<S> fit = new BoundedFit<>(form, points);
        double[] one = fit.search(fit.generic.clone());
        double[] slower = fit.generic.clone();
        for (int i = 0; i < slower.length; i++) slower[i] -= 0.7;
        double[] other = fit.search(slower);
        return fit.bounded(fit.loss(fit.residuals(one), one) <= fit.loss(fit.residuals(other), other) ? one : other);
    }

    private double[] search(double[] start) {
        double[] u = start;
        double[] r = residuals(u);
        double loss = loss(r, u);
        double damping = 1e-2;
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double[][] jacobian = jacobian(u, r);
            double gained = 0;
            for (int attempt = 0; attempt < 8 && gained <= 0; attempt++) {
                double[] step = step(jacobian, r, u, damping);
                double[] next = u.clone();
                for (int i = 0; i < next.length; i++) next[i] += Math.clamp(step[i], -LONGEST, LONGEST);
                double[] nextResiduals = residuals(next);
                double nextLoss = loss(nextResiduals, next);
                if (nextLoss < loss) {
                    gained = loss - nextLoss;
                    u = next;
                    r = nextResiduals;
                    loss = nextLoss;
                    damping = Math.max(damping / 4, 1e-8);
                } else {
                    damping *= 4;
                }
            }
            if (gained <= 1e-7 * loss) break;
        }
        return u;
    }

    private double[] residuals(double[] u) {
        double[] x = bounded(u);
        double[] r = new double[points.size()];
        for (int i = 0; i < r.length; i++) {
            r[i] = Math.log(
                    form.seconds(points.get(i).shape(), x) / points.get(i).seconds());
        }
        return r;
    }

    private double loss(double[] residuals, double[] u) {
        double loss = 0;
        for (double r : residuals) {
            double a = Math.abs(r);
            loss += a <= HUBER ? a * a / 2 : HUBER * (a - HUBER / 2);
        }
        for (int i = 0; i < u.length; i++) loss += PULL / 2 * (u[i] - generic[i]) * (u[i] - generic[i]);
        return loss;
    }

    private double[][] jacobian(double[] u, double[] r) {
        double[][] columns = new double[u.length][];
        for (int i = 0; i < u.length; i++) {
            double[] moved = u.clone();
            moved[i] += STEP;
            double[] column = residuals(moved);
            for (int j = 0; j < column.length; j++) column[j] = (column[j] - r[j]) / STEP;
            columns[i] = column;
        }
        return columns;
    }

    private double[] step(double[][] jacobian, double[] r, double[] u, double damping) {
        int n = u.length;
        double[][] normal = new double[n][n];
        double[] right = new double[n];
        for (int j = 0; j < r.length; j++) {
            double weight = Math.min(1, HUBER / Math.max(Math.abs(r[j]), 1e-12));
            for (int a = 0; a < n; a++) {
                right[a] -= weight * jacobian[a][j] * r[j];
                for (int b = 0; b <= a; b++) normal[a][b] += weight * jacobian[a][j] * jacobian[b][j];
            }
        }
        for (int a = 0; a < n; a++) {
            right[a] -= PULL * (u[a] - generic[a]);
            normal[a][a] = (normal[a][a] + PULL) * (1 + damping);
        }
        Cholesky.decompose(normal);
        return Cholesky.solve(normal, right);
    }

    private double[] bounded(double[] u) {
        double[] x = new double[u.length];
        for (int i = 0; i < x.length; i++) {
            Term t = terms.get(i);
            double share = 1 / (1 + Math.exp(-u[i]));
            x[i] = Math.clamp(t.low() * Math.pow(t.high() / t.low(), share), t.low(), t.high());
        }
        return x;
    }

    private double[] free(double[] x) {
        double[] u = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            Term t = terms.get(i);
            double share = Math.clamp(Math.log(x[i] / t.low()) / Math.log(t.high() / t.low()), 0.03, 0.97);
            u[i] = Math.log(share / (1 - share));
        }
        return u;
    }
}
