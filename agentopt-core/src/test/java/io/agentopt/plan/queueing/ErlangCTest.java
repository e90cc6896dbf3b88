package io.agentopt.plan.queueing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ErlangCTest {
    @Test
    void oneServerWaitsWithItsUtilisation() {
        for (double rho : new double[] {0, 0.1, 0.5, 0.99}) {
            assertThat(ErlangC.waitProbability(1, rho)).isCloseTo(rho, within(1e-12));
        }
    }

    @Test
    void agreesWithTheSumOverStates() {
        for (int k : new int[] {2, 5, 17, 60}) {
            for (double rho : new double[] {0.2, 0.7, 0.95}) {
                assertThat(ErlangC.waitProbability(k, rho * k)).isCloseTo(bySum(k, rho * k), within(1e-10));
            }
        }
    }

    @Test
    void staysANumberForThousandsOfServers() {
        assertThat(ErlangC.waitProbability(5000, 4990)).isBetween(0.8, 0.9);
        assertThat(ErlangC.waitProbability(100_000, 50_000)).isEqualTo(0);
        assertThat(ErlangC.waitProbability(3, 3)).isEqualTo(1);
    }

    @Test
    void betweenWholeNumbersItLiesBetween() {
        double few = ErlangC.waitProbability(4, 3);
        double more = ErlangC.waitProbability(5, 3);
        assertThat(ErlangC.waitProbability(4.5, 3)).isBetween(more, few);
        assertThat(ErlangC.waitProbability(0.5, 0.3)).isBetween(0.3, 1.0);
    }

    @Test
    void impossibleNumbersAreErrors() {
        assertThatThrownBy(() -> ErlangC.waitProbability(0, 1)).hasMessageContaining("number of servers (0.0)");
        assertThatThrownBy(() -> ErlangC.waitProbability(2, -1)).hasMessageContaining("offered load (-1.0)");
        assertThatThrownBy(() -> ErlangC.waitProbability(2, Double.NaN)).hasMessageContaining("NaN");
    }

    private static double bySum(int k, double a) {
        double term = 1;
        double sum = 0;
        for (int i = 0; i < k; i++) {
            sum += term;
            term *= a / (i + 1);
        }
        double all = term * k / (k - a);
        return all / (sum + all);
    }
}
