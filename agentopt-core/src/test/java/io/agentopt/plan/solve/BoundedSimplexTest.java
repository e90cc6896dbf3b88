package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Small programs that are solved by hand, and costs that no program should have. Larger ones: {@link LinearRelaxationPropertyTest}. */
class BoundedSimplexTest {
    /** Two columns from 0 to 1 whose sum is at least 1. */
    private static BoundedSimplex atLeastOne(double first, double second) {
        BoundedSimplex simplex =
                new BoundedSimplex(new double[] {first, second}, new double[2], new double[] {1, 1}, new double[2]);
        simplex.addRow(new int[] {0, 1}, new double[] {-1, -1}, 2, -1, false);
        return simplex;
    }

    private static SimplexStatus solve(BoundedSimplex simplex) {
        return simplex.solve(100, Double.POSITIVE_INFINITY, Budget.of(SolveOptions.steps(1, Long.MAX_VALUE)));
    }

    @Test
    void theCheaperColumnEnters() {
        BoundedSimplex simplex = atLeastOne(3, 2);
        assertThat(solve(simplex)).isEqualTo(SimplexStatus.OPTIMAL);
        assertThat(simplex.objective()).isCloseTo(2, within(1e-9));
        assertThat(simplex.at(1)).isCloseTo(1, within(1e-9));
    }

    @Test
    void aRowThatNoColumnCanKeepIsInfeasible() {
        BoundedSimplex simplex = atLeastOne(3, 2);
        simplex.addRow(new int[] {0, 1}, new double[] {1, 1}, 2, 0.5, false);
        assertThat(solve(simplex)).isEqualTo(SimplexStatus.INFEASIBLE);
        assertThat(simplex.ray).hasSize(2);
    }

    /** No column then has the smallest ratio; the search for one once ended in an array's index of -1. */
    @Test
    void costsThatAreNoNumbersLeaveTheProgramUnfinished() {
        assertThat(solve(atLeastOne(Double.NaN, Double.NaN))).isEqualTo(SimplexStatus.UNFINISHED);
    }

    /** The first pivot takes infinity times zero from the third column's reduced cost, which the second row then needs. */
    @Test
    void costsThatOverflowLeaveTheProgramUnfinished() {
        BoundedSimplex simplex = new BoundedSimplex(
                new double[] {Double.POSITIVE_INFINITY, 1, 1}, new double[3], new double[] {1, 1, 1}, new double[3]);
        simplex.addRow(new int[] {0, 1}, new double[] {-1, -1}, 2, -1.5, false);
        simplex.addRow(new int[] {2}, new double[] {-1}, 1, -0.5, false);
        assertThat(solve(simplex)).isEqualTo(SimplexStatus.UNFINISHED);
    }
}
