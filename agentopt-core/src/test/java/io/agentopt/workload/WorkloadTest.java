package io.agentopt.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aWorkloadHasAPositiveRate(double bad) {
        assertThatThrownBy(() -> Workload.poisson(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The requestsPerSecond (" + bad + ") of the workload must be positive and finite.");
        assertThat(Workload.poisson(0.01)).isEqualTo(new Workload(0.01));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void limitsArePositive(long nanos) {
        Duration bad = Duration.ofNanos(nanos);
        assertThatThrownBy(() -> Sla.endToEnd(Percentile.P95, bad))
                .hasMessage("The end-to-end limit (" + bad + ") of the SLA must be positive.");
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(1));
        assertThatThrownBy(() -> sla.firstToken(bad))
                .hasMessage("The first-token limit (" + bad + ") of the SLA must be positive.");
        assertThatThrownBy(() -> sla.perToken(bad))
                .hasMessage("The per-token limit (" + bad + ") of the SLA must be positive.");
        assertThatThrownBy(() -> sla.worstCase(bad))
                .hasMessage("The worst-case limit (" + bad + ") of the SLA must be positive.");
    }

    @Test
    void eachLimitKeepsTheOthers() {
        Duration one = Duration.ofSeconds(1);
        Duration two = Duration.ofSeconds(2);
        Sla all = Sla.endToEnd(Percentile.P90, one)
                .perToken(one)
                .firstToken(two)
                .worstCase(two)
                .withEndToEnd(two);
        assertThat(all)
                .isEqualTo(new Sla(
                        Percentile.P90,
                        two,
                        Optional.of(two),
                        Optional.of(one),
                        Optional.of(two),
                        Margins.of(Percentile.P90)));
    }

    @Test
    void thePlannedTimeKeepsAMargin() {
        assertThat(Sla.endToEnd(Percentile.MEAN, Duration.ofMillis(2500)).plannedEndToEndSeconds())
                .isEqualTo(2.5);
        assertThat(Sla.endToEnd(Percentile.P95, Duration.ofMillis(1940)).plannedEndToEndSeconds())
                .isCloseTo(1, within(1e-12));
        assertThat(Sla.endToEnd(Percentile.P50, Duration.ofSeconds(Long.MAX_VALUE))
                        .plannedEndToEndSeconds())
                .isEqualTo((double) Long.MAX_VALUE);
    }

    @Test
    void aFirstTokenLimitIsOptional() {
        Sla sla = Sla.endToEnd(Percentile.P99, Duration.ofSeconds(2));
        assertThat(sla.firstToken()).isEmpty();
        assertThat(sla.firstToken(Duration.ofMillis(400)).firstToken()).contains(Duration.ofMillis(400));
    }

    @ParameterizedTest
    @EnumSource
    void percentilesAreReadByTheirName(Percentile p) {
        assertThat(Percentile.of(p.id())).isEqualTo(p);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P95", "p96", " p95", "95"})
    void otherPercentilesAreRefused(String bad) {
        assertThatThrownBy(() -> Percentile.of(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The percentile \"" + bad + "\" is unknown. Use one of mean, p50, p90, p95, p99.");
    }

    @Test
    void marginsAreThoseOfTheGammaDistributionTheyNameAsSource() {
        GammaDistribution chain = new GammaDistribution(4, 0.25); // shape 4, mean 1
        Map.of(Percentile.P90, 0.90, Percentile.P95, 0.95, Percentile.P99, 0.99)
                .forEach((p, share) ->
                        assertThat(p.margin()).isCloseTo(chain.inverseCumulativeProbability(share), within(0.005)));
    }
}
