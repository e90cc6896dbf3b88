package io.agentopt.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalsTest {
    private static final int MANY = 400_000;

    static Stream<Arrivals> all() {
        return Stream.of(
                new Arrivals.Poisson(3),
                new Arrivals.GammaGaps(3, 4),
                new Arrivals.GammaGaps(3, .25),
                new Arrivals.MarkovModulated(1, 9, 3, 1),
                new Arrivals.MarkovModulated(0, 12, 3, 1));
    }

    @ParameterizedTest
    @MethodSource("all")
    void theRateIsAsSaidAndTimesRepeat(Arrivals arrivals) {
        double[] times = arrivals.first(MANY, 5);
        assertThat(arrivals.requestsPerSecond()).isEqualTo(3);
        assertThat(MANY / times[MANY - 1]).isCloseTo(3, within(0.06));
        assertThat(times).isSorted();
        assertThat(arrivals.first(100, 5)).isEqualTo(arrivals.first(100, 5)).isNotEqualTo(arrivals.first(100, 6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.1, .5, 1, 2, 4})
    void gammaGapsVaryAsSaid(double cv2) {
        assertThat(cv2(new Arrivals.GammaGaps(2, cv2).first(MANY, 1))).isCloseTo(cv2, within(0.03 * cv2));
    }

    @Test
    void poissonGapsHaveUnitVariation() {
        assertThat(cv2(new Arrivals.Poisson(2).first(MANY, 1))).isCloseTo(1, within(0.02));
    }

    @Test
    void statesThatDifferMakeBursts() {
        assertThat(cv2(new Arrivals.MarkovModulated(1, 9, 30, 10).first(MANY, 1)))
                .isGreaterThan(1.5);
        assertThat(cv2(new Arrivals.MarkovModulated(3, 3, 30, 10).first(MANY, 1)))
                .isCloseTo(1, within(0.02));
    }

    @Test
    void aTraceEndsAndRunsAtItsSpeed() {
        RequestTrace trace = new RequestTrace(
                "t", List.of(new TracedRequest(0, 1, 1), new TracedRequest(2, 1, 1), new TracedRequest(4, 1, 1)));
        Arrivals twice = new Arrivals.Trace(trace, 2);
        assertThat(twice.first(10, 0)).containsExactly(0, 1, 2);
        assertThat(twice.requestsPerSecond()).isEqualTo(1);
        assertThat(trace.spanSeconds()).isEqualTo(4);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new Arrivals.Poisson(0)).hasMessageContaining("requestsPerSecond (0.0)");
        assertThatThrownBy(() -> new Arrivals.Poisson(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Arrivals.GammaGaps(1, -1)).hasMessageContaining("cv2 (-1.0)");
        assertThatThrownBy(() -> new Arrivals.MarkovModulated(-1, 1, 1, 1)).hasMessageContaining("calmPerSecond");
        assertThatThrownBy(() -> new Arrivals.MarkovModulated(1, 1, 0, 1)).hasMessageContaining("calmSeconds");
        assertThatThrownBy(() -> new TracedRequest(0, 0, 1)).hasMessageContaining("prompt (0 tokens)");
        assertThatThrownBy(() -> new TracedRequest(0, 1, -3)).hasMessageContaining("-3");
        assertThatThrownBy(() -> new TracedRequest(Double.NaN, 1, 1)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new RequestTrace("empty", List.of())).hasMessageContaining("'empty'");
        assertThatThrownBy(() ->
                        new RequestTrace("mixed", List.of(new TracedRequest(2, 1, 1), new TracedRequest(1, 1, 1))))
                .hasMessageContaining("Request 1 of the trace 'mixed' comes at 1.0 s")
                .hasMessageContaining("Sort");
    }

    private static double cv2(double[] times) {
        double mean = times[times.length - 1] / times.length;
        double sum = 0;
        for (int i = 1; i < times.length; i++) sum += Math.pow(times[i] - times[i - 1] - mean, 2);
        return sum / times.length / (mean * mean);
    }
}
