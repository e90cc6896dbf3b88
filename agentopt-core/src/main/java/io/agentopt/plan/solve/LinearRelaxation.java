package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Quanta;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The linear relaxation over modes, device counts, shared weights and transfer money.
 *
 * <pre>
 * minimise sum_h price n_h + sum dollars x + sum_e money_e
 * sum_j x_ij = 1                                            one mode for each operator
 * sum load x &lt;= n_h, sum memory x + sum_g weights_gh w_gh &lt;= n_h      in devices of the class
 * sum_j x_ij &lt;= w_gh, sum_j need_ij x_ij &lt;= n_h              added when violated, like every row of {@link LinearCuts}
 * </pre>
 * The value of the program is never used as a bound. {@link #bound} takes any row prices and adds up what the Lagrangian is at least:
 * prices of the rows, the cheapest allowed mode of each operator, the better end of every other column's range.
 */
final class LinearRelaxation {
    private static final double MARGIN = 1e-12;

    final CompiledProblem p;
    final BoundedSimplex simplex;
    final int[] firstMode; // column of mode 0 of an operator
    final int firstCount; // column of n_0
    final int[] weightColumn; // class * groups + group, -1 for none
    final int[] moneyColumn; // edge, -1 for none
    final long[][] need; // devices that a mode takes on its own
    final int ownRows;
    final double[] shift;
    private final double[][] marginal; // reduced cost of each mode at the last bound
    private final int[] column;
    private final double[] factor;
    private int length;

    LinearRelaxation(CompiledProblem p, Domain domain, long seed) {
        this.p = p;
        firstMode = new int[p.operators];
        int columns = 0;
        need = new long[p.operators][];
        marginal = new double[p.operators][];
        for (int i = 0; i < p.operators; i++) {
            firstMode[i] = columns;
            columns += p.modeClass[i].length;
            marginal[i] = new double[p.modeClass[i].length];
            need[i] = new long[p.modeClass[i].length];
            for (int j = 0; j < need[i].length; j++) need[i][j] = needs(i, j);
        }
        firstCount = columns;
        columns += p.classes;
        weightColumn = new int[p.classes * Math.max(1, p.groups)];
        long[] weights = new long[weightColumn.length];
        for (int i = 0; i < p.operators; i++) {
            for (int j = 0; j < p.group[i].length; j++) {
                if (p.group[i][j] >= 0) weights[p.modeClass[i][j] * p.groups + p.group[i][j]] = p.sharedBytes[i][j];
            }
        }
        Arrays.fill(weightColumn, -1);
        for (int k = 0; k < weights.length; k++) {
            if (weights[k] > 0 && p.capacityMemory[k / p.groups] > 0) weightColumn[k] = columns++;
        }
        moneyColumn = new int[p.edgeFrom.length];
        for (int e = 0; e < moneyColumn.length; e++) moneyColumn[e] = most(p.transferDollars[e]) > 0 ? columns++ : -1;
        column = new int[columns];
        factor = new double[columns];
        shift = new double[columns];
        simplex = program(columns, domain, seed);
        apply(domain);
        for (int i = 0; i < p.operators; i++) {
            for (int j = 0; j < p.modeClass[i].length; j++) put(firstMode[i] + j, 1);
            add(1, true);
        }
        for (int h = 0; h < p.classes; h++) capacities(h, weights);
        for (int[] block : p.blocks) for (int k = 1; k < block.length; k++) together(block[0], block[k]);
        ownRows = simplex.rows;
    }

    private BoundedSimplex program(int columns, Domain domain, long seed) {
        double[] cost = new double[columns];
        double[] upper = new double[columns];
        Arrays.fill(upper, 1);
        for (int i = 0; i < p.operators; i++) {
            for (int j = 0; j < p.modeClass[i].length; j++) cost[firstMode[i] + j] = p.dollars[i][j];
        }
        for (int h = 0; h < p.classes; h++) {
            cost[firstCount + h] = p.price[h];
            upper[firstCount + h] = domain.most[h];
        }
        for (int e = 0; e < moneyColumn.length; e++) {
            if (moneyColumn[e] < 0) continue;
            cost[moneyColumn[e]] = 1;
            upper[moneyColumn[e]] = most(p.transferDollars[e]);
        }
        double typical = 0;
        for (int h = 0; h < p.classes; h++) typical = Math.max(typical, p.price[h]);
        SplittableRandom random = new SplittableRandom(seed);
        for (int j = 0; j < firstCount; j++) shift[j] = 1e-7 * typical * random.nextDouble();
        return new BoundedSimplex(cost, new double[columns], upper, shift.clone());
    }

    private long needs(int i, int j) {
        int h = p.modeClass[i][j];
        return Math.max(
                p.degrees[p.degree[i][j]],
                Math.max(
                        Quanta.devicesFor(p.load[i][j], p.capacityLoad[h]),
                        Quanta.devicesFor(p.memory[i][j] + p.sharedBytes[i][j], p.capacityMemory[h])));
    }

    private void capacities(int h, long[] weights) {
        for (int i = 0; i < p.operators; i++) {
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (p.modeClass[i][j] == h) put(firstMode[i] + j, (double) p.load[i][j] / p.capacityLoad[h]);
            }
        }
        put(firstCount + h, -1);
        add(0, false);
        if (p.capacityMemory[h] == 0) return;
        for (int i = 0; i < p.operators; i++) {
            for (int j = 0; j < p.modeClass[i].length; j++) {
                if (p.modeClass[i][j] == h) put(firstMode[i] + j, (double) p.memory[i][j] / p.capacityMemory[h]);
            }
        }
        for (int g = 0; g < p.groups; g++) {
            int w = weightColumn[h * p.groups + g];
            if (w >= 0) put(w, (double) weights[h * p.groups + g] / p.capacityMemory[h]);
        }
        put(firstCount + h, -1);
        add(0, false);
    }

    private void together(int a, int b) {
        for (int h = 0; h < p.classes; h++) {
            for (int j = 0; j < p.modeClass[a].length; j++) if (p.modeClass[a][j] == h) put(firstMode[a] + j, 1);
            for (int j = 0; j < p.modeClass[b].length; j++) if (p.modeClass[b][j] == h) put(firstMode[b] + j, -1);
            if (length > 0) add(0, true);
        }
    }

    /** Puts a factor into the row under construction. */
    void put(int j, double value) {
        if (value == 0) return;
        column[length] = j;
        factor[length++] = value;
    }

    /** Adds the row under construction. */
    void add(double atMost, boolean equal) {
        simplex.addRow(column, factor, length, atMost, equal);
        length = 0;
    }

    /** Takes over which modes and device counts a domain allows. */
    void apply(Domain domain) {
        for (int i = 0; i < p.operators; i++) {
            for (int j = 0; j < p.modeClass[i].length; j++) {
                simplex.upper[firstMode[i] + j] = domain.allowed[i][j] ? 1 : 0;
            }
        }
        for (int h = 0; h < p.classes; h++) {
            simplex.lower[firstCount + h] = domain.least[h];
            simplex.upper[firstCount + h] = domain.most[h];
        }
    }

    /**
     * {@return a lower bound on the cost of every placement in the domain, for any prices of the rows}
     *
     * @param costs 1 for the bound; 0 to test a proof of infeasibility, which a positive value is
     */
    double bound(double[] prices, Domain domain, double costs) {
        double sum = 0;
        double size = 0;
        for (int r = p.operators; r < simplex.rows; r++) {
            if (!simplex.equality[r] && prices[r] > 0) prices[r] = 0;
            sum += prices[r] * simplex.limit[r];
            size += Math.abs(prices[r] * simplex.limit[r]);
        }
        for (int i = 0; i < p.operators; i++) {
            double least = Double.POSITIVE_INFINITY;
            for (int j = 0; j < marginal[i].length; j++) {
                if (!domain.allowed[i][j]) continue;
                marginal[i][j] = reduced(firstMode[i] + j, prices, costs);
                least = Math.min(least, marginal[i][j]);
            }
            for (int j = 0; j < marginal[i].length; j++) marginal[i][j] -= least;
            sum += least;
            size += Math.abs(least);
        }
        for (int j = firstCount; j < simplex.columns; j++) {
            double d = reduced(j, prices, costs);
            double term = d > 0 ? d * simplex.lower[j] : d * simplex.upper[j];
            sum += term;
            size += Math.abs(term);
        }
        return sum - MARGIN * size - (costs == 0 ? 1e-9 * size : 0);
    }

    private double reduced(int j, double[] prices, double costs) {
        double d = costs * simplex.cost[j];
        int[] at = simplex.matrix.row[j];
        double[] factors = simplex.matrix.value[j];
        for (int k = 0; k < simplex.matrix.length[j]; k++) if (at[k] >= p.operators) d -= prices[at[k]] * factors[k];
        return d;
    }

    /** Forbids modes that would lift the last bound to {@code upper}, and narrows device counts likewise. {@return whether anything changed} */
    boolean fix(Domain domain, double[] prices, double bound, double upper) {
        boolean changed = false;
        double gap = (upper - bound) * (1 + 1e-9) + 1e-9 * Math.abs(upper);
        for (int i = 0; i < p.operators; i++) {
            for (int j = 0; j < marginal[i].length; j++) {
                if (!domain.allowed[i][j] || marginal[i][j] <= gap) continue;
                domain.allowed[i][j] = false;
                changed = true;
            }
        }
        for (int h = 0; h < p.classes; h++) {
            double d = reduced(firstCount + h, prices, 1);
            double steps = gap / Math.abs(d);
            if (!(steps < domain.most[h] - domain.least[h])) continue;
            long most = (long) Math.floor(steps + 1e-6);
            if (d > 0) domain.most[h] = Math.min(domain.most[h], domain.least[h] + most);
            else domain.least[h] = Math.max(domain.least[h], domain.most[h] - most);
            changed = true;
        }
        return changed;
    }

    /** Fills the shares of an operator's classes in the current solution. */
    void shares(int i, double[] share) {
        Arrays.fill(share, 0);
        for (int j = 0; j < p.modeClass[i].length; j++) share[p.modeClass[i][j]] += simplex.at(firstMode[i] + j);
    }

    private static double most(double[] table) {
        double most = 0;
        for (double each : table) most = Math.max(most, each);
        return most;
    }
}
