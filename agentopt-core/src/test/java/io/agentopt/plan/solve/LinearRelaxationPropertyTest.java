package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The linear bound and its rows against enumeration: no placement is cheaper, none is cut off. */
class LinearRelaxationPropertyTest {
    private static final Budget ENOUGH = Budget.of(SolveOptions.steps(1, Long.MAX_VALUE));

    @Property(seed = "20261122", tries = 2000, shrinking = ShrinkingMode.OFF)
    void theBoundNeverExceedsTheOptimumWhateverTheRows(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.of(seed, 5, 3);
        CompiledProblem p = new CompiledProblem(problem, true);
        if (p.someOperatorHasNoMode()) return;
        double least = Exhaustive.leastCost(problem);
        Domain domain = Domain.whole(p);
        if (!domain.propagate(CostCeiling.of(p))) {
            assertThat(least).isInfinite();
            return;
        }
        LinearRelaxation linear = new LinearRelaxation(p, domain, seed);
        LinearCuts cuts = new LinearCuts(linear);
        for (int round = 0; round < 20; round++) {
            SimplexStatus status = linear.simplex.solve(5000, Double.POSITIVE_INFINITY, ENOUGH);
            if (status == SimplexStatus.INFEASIBLE) {
                if (refuted(linear, domain)) assertThat(least).isInfinite();
                return;
            }
            double bound = linear.bound(linear.simplex.prices(), domain, 1);
            assertThat(bound).isLessThanOrEqualTo(least * (1 + 1e-9) + 1e-12);
            if (status == SimplexStatus.OPTIMAL && round == 0) {
                assertThat(bound).isCloseTo(linear.simplex.objective(), within(1e-4 * (1 + Math.abs(bound))));
            }
            if (cuts.add() == 0) return;
        }
    }

    @Property(seed = "20261122", tries = 500, shrinking = ShrinkingMode.OFF)
    void anyPricesGiveABound(@ForAll long seed) {
        PlacementProblem problem = RandomProblems.of(seed, 5, 3);
        CompiledProblem p = new CompiledProblem(problem, true);
        if (p.someOperatorHasNoMode()) return;
        Domain domain = Domain.whole(p);
        if (!domain.propagate(CostCeiling.of(p))) return;
        LinearRelaxation linear = new LinearRelaxation(p, domain, seed);
        Random random = new Random(seed);
        double[] prices = new double[linear.simplex.rows];
        for (int r = 0; r < prices.length; r++) prices[r] = random.nextGaussian() * 5;
        assertThat(linear.bound(prices, domain, 1)).isLessThanOrEqualTo(Exhaustive.leastCost(problem) * (1 + 1e-9));
    }

    @Property(seed = "20261122", tries = 1000, shrinking = ShrinkingMode.OFF)
    void transportPricesAreDualFeasibleAndTight(@ForAll long seed) {
        Random random = new Random(seed);
        int h = 1 + random.nextInt(5);
        double[] cost = new double[h * h];
        for (int q = 0; q < cost.length; q++) cost[q] = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
        boolean[] all = new boolean[h];
        Arrays.fill(all, true);
        double[] from = shares(random, h);
        double[] to = shares(random, h);
        ClassTransport transport = new ClassTransport(h);
        double value = transport.solve(cost, from, to, all, all);
        for (int a = 0; a < h; a++) {
            for (int b = 0; b < h; b++) {
                assertThat(transport.fromPrice[a] + transport.toPrice[b]).isLessThanOrEqualTo(cost[a * h + b] + 1e-9);
            }
        }
        assertThat(value).isCloseTo(leastTransport(cost, from, to), within(1e-6));
    }

    private static boolean refuted(LinearRelaxation linear, Domain domain) {
        double[] ray = Arrays.copyOf(linear.simplex.ray, linear.simplex.rows);
        double[] other = Arrays.stream(ray).map(x -> -x).toArray();
        return linear.bound(ray, domain, 0) > 0 || linear.bound(other, domain, 0) > 0;
    }

    private static double[] shares(Random random, int h) {
        double[] share = new double[h];
        double sum = 0;
        for (int k = 0; k < h; k++) {
            share[k] = random.nextInt(3) * random.nextDouble();
            sum += share[k];
        }
        if (sum == 0) {
            share[0] = 1;
            sum = 1;
        }
        for (int k = 0; k < h; k++) share[k] /= sum;
        return share;
    }

    /** The slow twin: the same transport as a linear program of its own. */
    private static double leastTransport(double[] cost, double[] from, double[] to) {
        int h = from.length;
        double[] upper = new double[h * h];
        Arrays.fill(upper, 1);
        BoundedSimplex simplex = new BoundedSimplex(cost.clone(), new double[h * h], upper, new double[h * h]);
        double[] ones = new double[h];
        Arrays.fill(ones, 1);
        for (int a = 0; a < h; a++) {
            int[] row = new int[h];
            int[] column = new int[h];
            for (int b = 0; b < h; b++) {
                row[b] = a * h + b;
                column[b] = b * h + a;
            }
            simplex.addRow(row, ones, h, from[a], true);
            simplex.addRow(column, ones, h, to[a], true);
        }
        assertThat(simplex.solve(10_000, Double.POSITIVE_INFINITY, ENOUGH)).isEqualTo(SimplexStatus.OPTIMAL);
        return simplex.objective();
    }
}
