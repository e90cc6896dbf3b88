package io.agentopt.simulate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.Iterations;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class DrawsTest {
    private static final int MANY = 60_000;

    @Test
    void timesHaveTheirMeanAndVariation() {
        for (double cv2 : new double[] {0, 0.1, 0.6, 2}) {
            Draws draws = new Draws(1);
            double[] seen = moments(() -> draws.time(3, cv2));
            assertThat(seen[0]).isCloseTo(3, within(0.06));
            assertThat(seen[1]).isCloseTo(cv2, within(0.02 + 0.05 * cv2));
        }
    }

    /** A gamma distribution cut at the limit had a lower mean than planned. */
    @Test
    void tokensKeepTheirMeanUnderTheLimit() {
        for (double mean : new double[] {1.4, 60, 200, 250, 256}) {
            Draws draws = new Draws(2);
            double[] seen = moments(() -> draws.tokens(mean, 0.6, 256));
            assertThat(seen[0]).isCloseTo(mean, within(0.03 * mean));
        }
        Draws draws = new Draws(3);
        for (int i = 0; i < 10_000; i++) assertThat(draws.tokens(200, 0.6, 256)).isBetween(1, 256);
        assertThat(new Draws(4).tokens(100, 0, 256)).isEqualTo(100);
    }

    @Test
    void countsAreNeighboursOfTheMean() {
        Draws draws = new Draws(5);
        double[] seen = moments(() -> draws.count(2.3));
        assertThat(seen[0]).isCloseTo(2.3, within(0.02));
        assertThat(draws.count(3)).isEqualTo(3);
        assertThat(draws.count(0)).isZero();
    }

    @Test
    void loopsRunAsOftenAsExpectedAndNeverMoreThanAllowed() {
        for (double expected : new double[] {1, 1.3, 2.6, 3.5, 4.9, 6}) {
            LoopRuns runs = LoopRuns.of(new Iterations(6, expected));
            Draws draws = new Draws(6);
            double[] seen = moments(() -> {
                int k = draws.runs(runs);
                assertThat(k).isBetween(1, 6);
                return k;
            });
            assertThat(seen[0]).isCloseTo(expected, within(0.03));
        }
        assertThat(LoopRuns.of(new Iterations(1_000_000, 2)).mean()).isCloseTo(2, within(1e-6));
    }

    private static double[] moments(DoubleSupplier drawn) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < MANY; i++) {
            double x = drawn.getAsDouble();
            sum += x;
            squares += x * x;
        }
        double mean = sum / MANY;
        return new double[] {mean, squares / MANY / (mean * mean) - 1};
    }
}
