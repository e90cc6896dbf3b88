package io.agentopt.plan.solve;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Multipliers for {@link Relaxed} from the linear relaxation, solved to its end by an interior point method.
 *
 * <p>The program holds transfers fixed: their times are those of the current shares, their prices the messages of the bound before. So it is
 * solved again while that lifts the bound. Nothing here is believed: the bound is what {@link Relaxed} makes of the multipliers, which
 * may be any, converged or not.
 */
final class TimeCostRelaxation {
    private static final double TOLERANCE = 1e-6;
    private static final double USABLE = 1e-3;
    private static final int PASSES = 3;
    private static final int MOST_ITERATIONS = 80;
    private static final int MOST_ROUNDS = 5;
    private static final double WORTH_A_ROUND = 1e-4;

    private final CompiledProblem p;
    private final Domain domain;
    private final Relaxed relaxed;
    private final TimeCostProgram program;
    private final double[] ownCost;
    private final double[][] message;
    private @Nullable TimeCostPoint point;
    /** The best multipliers, and what they prove. */
    Multipliers multipliers;

    double bound = Double.NEGATIVE_INFINITY;
    /** How much of the cost the transfers' time would be at its price and under the current shares, at most, of all rounds. */
    double transferShare;

    TimeCostRelaxation(CompiledProblem p, Domain domain, Relaxed relaxed) {
        this.p = p;
        this.domain = domain;
        this.relaxed = relaxed;
        program = new TimeCostProgram(p, domain, relaxed.shareBytes());
        ownCost = program.cost.clone();
        message = new double[p.operators][p.classes];
        multipliers = new Multipliers(p);
    }

    /** Solves until the bound settles, or reaches {@code upper}, or the budget ends. */
    void solve(double upper, Budget budget) {
        TransferDelays delays = new TransferDelays(program);
        for (int round = 0; round < MOST_ROUNDS && bound < upper && !budget.spent(); round++) {
            TimeCostPoint next = converge(budget);
            Multipliers m = multipliers(next);
            double value = relaxed.bound(m, domain);
            for (int pass = 0; pass < PASSES; pass++) value = Math.max(value, relaxed.bound(m, domain));
            if (Double.isNaN(value)) return;
            double gain = value - bound;
            if (gain > 0) {
                bound = value;
                multipliers = m;
            }
            boolean usable = next.gap < USABLE && next.residual < USABLE;
            if (usable) point = next;
            else transferShare = 1; // delays that leave no schedule
            if (!usable || gain < WORTH_A_ROUND * Math.abs(value) || !takeMessages(round)) return;
            delays.set(next.modes.primal);
            transferShare = Math.max(transferShare, delays.price(next.arcs.dual) * program.moneyUnit / Math.abs(value));
        }
    }

    private TimeCostPoint converge(Budget budget) {
        TimeCostInteriorPoint method = new TimeCostInteriorPoint(program);
        for (int k = 0; k < MOST_ITERATIONS && budget.steps(Math.max(1, p.operators / 4)); k++) {
            if (method.optimal(TOLERANCE)) break;
        }
        return method.point;
    }

    /** {@return whether there are any} */
    private boolean takeMessages(int round) {
        boolean any = false;
        for (int i = 0; i < p.operators; i++) {
            for (int h = 0; h < p.classes; h++) {
                double now = relaxed.message(i, h) / program.moneyUnit;
                message[i][h] += (round == 0 ? 1 : 0.5) * (now - message[i][h]);
                any |= now != 0;
            }
            for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) {
                program.cost[k] = ownCost[k] + message[i][program.modeClass[k]];
            }
        }
        return any;
    }

    private Multipliers multipliers(TimeCostPoint at) {
        Multipliers m = new Multipliers(p);
        for (int h = 0; h < p.classes; h++) {
            m.load[h] = at.rows.dual[2 * h] * program.moneyUnit;
            m.memory[h] = at.rows.dual[2 * h + 1] * program.moneyUnit;
            double sum = m.load[h] + m.memory[h];
            if (sum <= p.price[h] || Double.isFinite(program.room[h])) continue;
            m.load[h] *= p.price[h] / sum * (1 - 1e-15);
            m.memory[h] *= p.price[h] / sum * (1 - 1e-15);
        }
        for (int d = 0; d < p.limit.length; d++) {
            if (p.limit[d] >= CompiledProblem.UNLIMITED) continue;
            double[] edge = new double[p.edgeFrom.length];
            double[] end = new double[p.operators];
            for (int a = 0; a < program.arcs; a++) {
                int v = program.arcFrom[a];
                if (program.potentialDeadline[v] != d) continue;
                double flow = at.arcs.dual[a] * program.moneyUnit * (p.limit[d] / program.timeUnit);
                if (program.arcEdge[a] >= 0) edge[program.arcEdge[a]] = flow;
                else end[program.potentialOperator[v]] = flow;
            }
            m.flow(p, d, edge, end);
        }
        return m;
    }

    /** {@return the shares of the modes by operator and mode in the relaxation's optimum; empty without one} */
    double[][] shares() {
        if (point == null) return new double[0][];
        return byMode(point.modes.primal, 1, 0);
    }

    /** {@return what a mode costs by operator and mode, in dollars per hour, above the cheapest of its operator at the relaxation's prices of class, memory and time} */
    double[][] reducedCosts() {
        if (point == null) return new double[0][];
        return byMode(point.modes.dual, program.moneyUnit, Double.POSITIVE_INFINITY);
    }

    /** {@return what a mode costs at the relaxation's prices of load and memory, in dollars per hour, its time left aside} */
    double[][] classCosts() {
        if (point == null) return new double[0][];
        double[] costs = new double[program.mode.length];
        for (int k = 0; k < costs.length; k++) costs[k] = point.pricedCost(k);
        return byMode(costs, program.moneyUnit, Double.POSITIVE_INFINITY);
    }

    /** {@return whether there is a solution to round} */
    boolean solved() {
        return point != null;
    }

    private double[][] byMode(double[] values, double unit, double forbidden) {
        double[][] result = new double[p.operators][];
        for (int i = 0; i < p.operators; i++) {
            result[i] = new double[p.modeClass[i].length];
            Arrays.fill(result[i], forbidden);
            for (int k = program.firstMode[i]; k < program.firstMode[i + 1]; k++) {
                result[i][program.mode[k]] = values[k] * unit;
            }
        }
        return result;
    }
}
