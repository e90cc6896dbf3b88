package io.agentopt.plan.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Both factorisations against the matrix itself: the solution is put back. */
class EnvelopeCholeskyPropertyTest {
    @Property(seed = "20261122", tries = 300, shrinking = ShrinkingMode.OFF)
    void solutionsFulfilTheEquations(@ForAll long seed) {
        Random random = new Random(seed);
        int n = 1 + random.nextInt(40);
        boolean[][] near = new boolean[n][n];
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) a[i][i] = 0.1 + random.nextDouble();
        for (int k = random.nextInt(3 * n); k > 0; k--) {
            int i = random.nextInt(n);
            int j = random.nextInt(n);
            if (i == j) continue;
            near[i][j] = true;
            near[j][i] = true;
            double w = random.nextDouble();
            a[i][i] += w;
            a[j][j] += w;
            a[i][j] -= w;
            a[j][i] -= w;
        }
        EnvelopeCholesky sparse = new EnvelopeCholesky(neighbours(near));
        double[] x = new double[n];
        for (int i = 0; i < n; i++) x[i] = random.nextGaussian();
        double[] side = new double[n];
        for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) side[i] += a[i][j] * x[j];
        for (int round = 0; round < 2; round++) {
            sparse.clear();
            for (int i = 0; i < n; i++) for (int j = 0; j <= i; j++) if (a[i][j] != 0) sparse.add(j, i, a[i][j]);
            sparse.factor();
            double[] solved = side.clone();
            sparse.solve(solved);
            for (int i = 0; i < n; i++) assertThat(solved[i]).isCloseTo(x[i], within(1e-8));
        }
        SmallCholesky.factor(a);
        SmallCholesky.solve(a, side);
        for (int i = 0; i < n; i++) assertThat(side[i]).isCloseTo(x[i], within(1e-8));
    }

    private static int[][] neighbours(boolean[][] near) {
        int[][] lists = new int[near.length][];
        for (int i = 0; i < near.length; i++) {
            int self = i;
            lists[i] =
                    IntStream.range(0, near.length).filter(k -> near[self][k]).toArray();
        }
        return lists;
    }
}
