package io.agentopt.plan.solve;

import java.util.Arrays;

/**
 * A linear program whose columns all have finite bounds, solved by the dual simplex method with a dense inverse of the basis.
 *
 * <pre>
 * minimise c x   subject to   a_r x &lt;= b_r or a_r x = b_r,   lower &lt;= x &lt;= upper
 * </pre>
 * Because every column is boxed, any basis becomes dual feasible by moving nonbasic columns to their other bound, so bounds may
 * change and rows be added between calls and the next call goes on from the last basis. Leaving rows are chosen by dual steepest edge
 * weights, entering columns by a ratio test that flips bounds on the way. Costs are perturbed a little against ties. Nothing
 * here is trusted: the caller turns {@link #prices} into a bound of its own arithmetic.
 */
final class BoundedSimplex {
    private static final double PRIMAL = 1e-7;
    private static final double DUAL = 1e-9;
    private static final double PIVOT = 1e-7;
    private static final int FRESH_AFTER = 400;

    final int columns;
    final double[] cost;
    final double[] lower;
    final double[] upper;
    private final double[] shift; // the perturbation
    final SparseColumns matrix;
    int rows;
    double[] limit = new double[64];
    boolean[] equality = new boolean[64];
    private int[] basic = new int[64]; // variable of a row; columns + r is the slack of row r
    private int[] place; // row of a variable, -1 when nonbasic
    private final boolean[] atUpper;
    private double[] value = new double[64];
    private double[] weight = new double[64];
    private double[] reduced;
    private double[][] inverse = new double[64][];
    private double[] alphaRow;
    private double[] work = new double[64];
    private int[] candidates = new int[64];
    private final PivotRow pivotRow = new PivotRow();
    private int sinceFresh;
    /** The row that no column can repair, after INFEASIBLE: its multipliers prove it. */
    double[] ray = {};

    BoundedSimplex(double[] cost, double[] lower, double[] upper, double[] shift) {
        columns = cost.length;
        this.cost = cost;
        this.lower = lower;
        this.upper = upper;
        this.shift = shift;
        matrix = new SparseColumns(columns);
        atUpper = new boolean[columns];
        place = new int[columns + 64];
        reduced = new double[columns + 64];
        alphaRow = new double[columns + 64];
        Arrays.fill(place, -1);
        for (int j = 0; j < columns; j++) reduced[j] = cost[j] + shift[j];
    }

    /** Adds a row; its slack enters the basis. */
    void addRow(int[] column, double[] factor, int length, double atMost, boolean equal) {
        int r = rows;
        grow(r + 1);
        rows++;
        limit[r] = atMost;
        equality[r] = equal;
        double[] row = inverse[r];
        Arrays.fill(row, 0, rows, 0);
        for (int i = 0; i < r; i++) inverse[i][r] = 0;
        double left = atMost;
        for (int k = 0; k < length; k++) {
            int j = column[k];
            matrix.append(j, r, factor[k]);
            left -= factor[k] * at(j);
            if (place[j] >= 0) PivotRow.subtract(row, inverse[place[j]], factor[k], r);
        }
        row[r] = 1;
        weight[r] = PivotRow.dot(row, row, r + 1);
        basic[r] = columns + r;
        place[columns + r] = r;
        reduced[columns + r] = 0;
        value[r] = left;
    }

    private void grow(int needed) {
        if (needed > limit.length) {
            int size = 2 * limit.length;
            limit = Arrays.copyOf(limit, size);
            equality = Arrays.copyOf(equality, size);
            basic = Arrays.copyOf(basic, size);
            value = Arrays.copyOf(value, size);
            weight = Arrays.copyOf(weight, size);
            work = Arrays.copyOf(work, size);
            int before = place.length;
            place = Arrays.copyOf(place, columns + size);
            Arrays.fill(place, before, place.length, -1);
            reduced = Arrays.copyOf(reduced, columns + size);
            alphaRow = Arrays.copyOf(alphaRow, columns + size);
            inverse = Arrays.copyOf(inverse, size);
            for (int i = 0; i < rows; i++) inverse[i] = Arrays.copyOf(inverse[i], size);
        }
        double[] last = inverse[needed - 1];
        if (last == null || last.length < limit.length) inverse[needed - 1] = new double[limit.length];
    }

    /** {@return the value of a column in the current basis} */
    double at(int j) {
        return place[j] >= 0 ? value[place[j]] : atUpper[j] ? upper[j] : lower[j];
    }

    double objective() {
        double sum = 0;
        for (int j = 0; j < columns; j++) sum += cost[j] * at(j);
        return sum;
    }

    /** {@return the multipliers of the rows} */
    double[] prices() {
        double[] y = new double[rows];
        for (int i = 0; i < rows; i++) {
            double c = basic[i] < columns ? cost[basic[i]] + shift[basic[i]] : 0;
            if (c != 0) PivotRow.subtract(y, inverse[i], -c, rows);
        }
        return y;
    }

    /** Replaces the perturbation; the basis stays. */
    void perturb(double[] by) {
        System.arraycopy(by, 0, shift, 0, columns);
        price();
    }

    /** Re-optimises after changes of bounds and rows. */
    SimplexStatus solve(int iterations, double cutOff, Budget budget) {
        settle();
        for (int it = 0; it < iterations; it++) {
            if (sinceFresh >= FRESH_AFTER) refactor();
            if (!budget.steps(1 + rows / 8)) return SimplexStatus.UNFINISHED;
            if (it % 8 == 7 && objective() > cutOff) return SimplexStatus.CUT_OFF;
            int r = leaving();
            if (r < 0) {
                settle();
                if (leaving() < 0) return SimplexStatus.OPTIMAL;
                continue;
            }
            SimplexStatus step = pivot(r);
            if (step == SimplexStatus.INFEASIBLE && sinceFresh == 0) return step;
            if (step == SimplexStatus.OPTIMAL) continue;
            if (sinceFresh == 0) return SimplexStatus.UNFINISHED;
            refactor();
        }
        return SimplexStatus.UNFINISHED;
    }

    /** Puts nonbasic columns on the side that their reduced cost wants, and computes the values of the basic ones. */
    private void settle() {
        Arrays.fill(work, 0, rows, 0);
        for (int r = 0; r < rows; r++) work[r] = limit[r];
        for (int j = 0; j < columns; j++) {
            if (place[j] >= 0) continue;
            if (reduced[j] > DUAL) atUpper[j] = false;
            else if (reduced[j] < -DUAL) atUpper[j] = true;
            double x = atUpper[j] ? upper[j] : lower[j];
            if (x != 0) matrix.addTo(work, j, -x);
        }
        for (int i = 0; i < rows; i++) value[i] = PivotRow.dot(inverse[i], work, rows);
    }

    private double violation(int i) {
        int v = basic[i];
        double x = value[i];
        if (v >= columns) return x < -PRIMAL ? -x : equality[v - columns] && x > PRIMAL ? x : 0;
        return x < lower[v] - PRIMAL ? lower[v] - x : x > upper[v] + PRIMAL ? x - upper[v] : 0;
    }

    private int leaving() {
        int best = -1;
        double most = 0;
        for (int i = 0; i < rows; i++) {
            double off = violation(i);
            if (off == 0) continue;
            double score = off * off / weight[i];
            if (score > most) {
                most = score;
                best = i;
            }
        }
        return best;
    }

    private SimplexStatus pivot(int r) {
        int leaving = basic[r];
        double low = leaving >= columns ? 0 : lower[leaving];
        boolean up = value[r] < low; // the leaving variable has to grow
        double target = up || leaving >= columns ? low : upper[leaving];
        double[] rho = inverse[r];
        int count = collect(rho, up);
        double slope = Math.abs(value[r] - target);
        double[] change = work;
        boolean flipped = false;
        int entering = -1;
        while (count > 0) {
            int at = smallestRatio(count);
            if (at < 0) return SimplexStatus.UNFINISHED; // reduced costs that are no numbers
            int j = candidates[at];
            double range = j >= columns ? Double.POSITIVE_INFINITY : upper[j] - lower[j];
            double after = slope - Math.abs(alphaRow[j]) * range;
            if (after <= 0 || count == 1) {
                if (after > PRIMAL && count == 1) {
                    // Even with every column at its other bound the row stays violated.
                    ray = Arrays.copyOf(rho, rows);
                    if (flipped) settle();
                    return SimplexStatus.INFEASIBLE;
                }
                entering = j;
                break;
            }
            if (!flipped) Arrays.fill(change, 0, rows, 0);
            flipped = true;
            slope = after;
            double delta = atUpper[j] ? -range : range;
            atUpper[j] = !atUpper[j];
            matrix.addTo(change, j, delta);
            candidates[at] = candidates[--count];
        }
        if (entering < 0) {
            ray = Arrays.copyOf(rho, rows);
            return SimplexStatus.INFEASIBLE;
        }
        if (flipped) for (int i = 0; i < rows; i++) value[i] -= PivotRow.dot(inverse[i], change, rows);
        return exchange(r, entering, target) ? SimplexStatus.OPTIMAL : SimplexStatus.UNFINISHED;
    }

    private int collect(double[] rho, boolean up) {
        int count = 0;
        if (candidates.length < columns + rows) candidates = new int[columns + 2 * limit.length];
        for (int j = 0; j < columns; j++) {
            if (place[j] >= 0) continue;
            double alpha = matrix.times(j, rho);
            alphaRow[j] = alpha;
            if (lower[j] == upper[j] || Math.abs(alpha) < PIVOT) continue;
            if (atUpper[j] == up == alpha > 0) candidates[count++] = j;
        }
        for (int r = 0; r < rows; r++) {
            int v = columns + r;
            if (place[v] >= 0) continue;
            alphaRow[v] = rho[r];
            if (equality[r] || Math.abs(rho[r]) < PIVOT) continue;
            if (up == rho[r] < 0) candidates[count++] = v;
        }
        return count;
    }

    private int smallestRatio(int count) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        double alpha = 0;
        for (int k = 0; k < count; k++) {
            int j = candidates[k];
            double size = Math.abs(alphaRow[j]);
            double ratio = Math.abs(reduced[j]) / size;
            if (ratio < least - 1e-10 || (ratio <= least + 1e-10 && size > alpha)) {
                least = Math.min(least, ratio);
                alpha = size;
                best = k;
            }
        }
        return best;
    }

    private boolean exchange(int r, int entering, double target) {
        double[] column = work;
        for (int i = 0; i < rows; i++) column[i] = multiply(inverse[i], entering);
        double pivot = column[r];
        if (Math.abs(pivot - alphaRow[entering]) > 1e-6 * (1 + Math.abs(pivot)) || Math.abs(pivot) < PIVOT) {
            if (sinceFresh > 0 || !(Math.abs(pivot) >= PIVOT)) return false;
        }
        int leaving = basic[r];
        double theta = reduced[entering] / alphaRow[entering];
        for (int j = 0; j < columns; j++) if (place[j] < 0) reduced[j] -= theta * alphaRow[j];
        for (int k = 0; k < rows; k++)
            if (place[columns + k] < 0) reduced[columns + k] -= theta * alphaRow[columns + k];
        reduced[entering] = 0;
        reduced[leaving] = -theta;
        double step = (value[r] - target) / pivot;
        double entered = (entering >= columns ? 0 : atUpper[entering] ? upper[entering] : lower[entering]) + step;
        double[] rho = inverse[r];
        pivotRow.copy(rho, rows);
        double rhoWeight = Math.max(weight[r], 1e-12);
        for (int i = 0; i < rows; i++) {
            if (i == r || column[i] == 0) continue;
            value[i] -= step * column[i];
            double ratio = column[i] / pivot;
            double tau = pivotRow.dot(inverse[i]);
            weight[i] = Math.max(weight[i] - 2 * ratio * tau + ratio * ratio * rhoWeight, 1e-4 + ratio * ratio * 1e-4);
            pivotRow.takeFrom(inverse[i], ratio);
        }
        for (int k = 0; k < rows; k++) rho[k] /= pivot;
        weight[r] = Math.max(rhoWeight / (pivot * pivot), 1e-4);
        value[r] = entered;
        basic[r] = entering;
        place[entering] = r;
        place[leaving] = -1;
        if (leaving < columns) atUpper[leaving] = target == upper[leaving] && target != lower[leaving];
        sinceFresh++;
        return true;
    }

    private double multiply(double[] row, int variable) {
        return variable >= columns ? row[variable - columns] : matrix.times(variable, row);
    }

    /** Inverts the basis afresh, from the slack basis column by column; what cannot enter stays out at a bound. */
    private void refactor() {
        int[] wanted = Arrays.copyOf(basic, rows);
        for (int r = 0; r < rows; r++) {
            Arrays.fill(inverse[r], 0, rows, 0);
            inverse[r][r] = 1;
            place[basic[r]] = -1;
        }
        for (int r = 0; r < rows; r++) {
            basic[r] = columns + r;
            place[columns + r] = r;
        }
        boolean[] keep = new boolean[rows];
        for (int v : wanted) if (v >= columns) keep[v - columns] = true;
        for (int v : wanted) {
            if (v >= columns) continue;
            int best = -1;
            for (int i = 0; i < rows; i++) {
                work[i] = multiply(inverse[i], v);
                if (keep[i]) continue;
                if (best < 0 || Math.abs(work[i]) > Math.abs(work[best])) best = i;
            }
            if (best < 0 || Math.abs(work[best]) < 1e-9) continue;
            keep[best] = true;
            double pivot = work[best];
            for (int k = 0; k < rows; k++) inverse[best][k] /= pivot;
            for (int i = 0; i < rows; i++) {
                if (i != best && work[i] != 0) PivotRow.subtract(inverse[i], inverse[best], work[i], rows);
            }
            place[columns + best] = -1;
            basic[best] = v;
            place[v] = best;
        }
        for (int i = 0; i < rows; i++) weight[i] = Math.max(1e-4, PivotRow.dot(inverse[i], inverse[i], rows));
        price();
        sinceFresh = 0;
        settle();
    }

    private void price() {
        double[] y = prices();
        for (int j = 0; j < columns; j++) {
            reduced[j] = place[j] >= 0 ? 0 : cost[j] + shift[j] - matrix.times(j, y);
        }
        for (int r = 0; r < rows; r++) {
            double d = place[columns + r] >= 0 ? 0 : -y[r];
            reduced[columns + r] = equality[r] ? d : Math.max(0, d);
        }
    }

    /** Takes out rows above {@code first} whose slack is in the basis and large: they bind nothing. {@return which rows stay, by old index, or -1} */
    int[] purge(int first, double slackAbove) {
        int[] renamed = new int[rows];
        int kept = 0;
        for (int r = 0; r < rows; r++) {
            boolean loose = r >= first && place[columns + r] >= 0 && value[place[columns + r]] > slackAbove;
            renamed[r] = loose ? -1 : kept++;
        }
        if (kept == rows) return renamed;
        int at = 0;
        int[] basicBefore = basic.clone();
        for (int i = 0; i < rows; i++) {
            int v = basicBefore[i];
            if (v >= columns && renamed[v - columns] < 0) continue;
            double[] row = inverse[i];
            for (int r = 0; r < rows; r++) if (renamed[r] >= 0) row[renamed[r]] = row[r];
            double[] swap = inverse[at];
            inverse[at] = row;
            inverse[i] = swap;
            value[at] = value[i];
            weight[at] = weight[i];
            basic[at++] = v < columns ? v : columns + renamed[v - columns];
        }
        for (int r = 0; r < rows; r++) {
            if (renamed[r] < 0) continue;
            limit[renamed[r]] = limit[r];
            equality[renamed[r]] = equality[r];
            reduced[columns + renamed[r]] = reduced[columns + r];
        }
        matrix.rename(renamed);
        rows = kept;
        Arrays.fill(place, -1);
        for (int i = 0; i < rows; i++) place[basic[i]] = i;
        return renamed;
    }
}
