package io.agentopt.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.agentopt.simulate.server.IterationTimes;
import io.agentopt.simulate.server.Refusal;
import io.agentopt.simulate.server.RequestTimes;
import io.agentopt.simulate.server.ServerSettings;
import io.agentopt.workload.Arrivals;
import io.agentopt.workload.RequestTrace;
import io.agentopt.workload.TracedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TraceSimulationTest {
    private static final double FIXED = .015;
    private static final double PER_SEQUENCE = .4e-3;
    private static final int BATCH = 64;
    private static final int MEAN_TOKENS = 200;
    private static final IterationTimes DECODES = work -> FIXED + PER_SEQUENCE * (work.decodes() + work.chunks());

    private static RequestTrace load(double requestsPerSecond, int requests) {
        SplittableRandom random = new SplittableRandom(3);
        double[] times = new Arrivals.Poisson(requestsPerSecond).first(requests, 5);
        List<TracedRequest> trace = new ArrayList<>();
        for (double time : times) {
            int tokens = 1 + (int) Math.floor(-Math.log1p(-random.nextDouble()) / -Math.log1p(-1.0 / MEAN_TOKENS));
            trace.add(new TracedRequest(time, 1, tokens));
        }
        return new RequestTrace("poisson", trace);
    }

    /** Mean time in a queue whose servers share: pi_n ~ prod lambda / mu(i), mu(i) = min(i, B) / (m (a + b min(i, B))). */
    private static double productForm(double lambda) {
        double weight = 1;
        double sum = 1;
        double number = 0;
        for (int n = 1; n < 5000; n++) {
            int running = Math.min(n, BATCH);
            weight *= lambda * MEAN_TOKENS * (FIXED + PER_SEQUENCE * running) / running;
            sum += weight;
            number += n * weight;
        }
        return number / sum / lambda;
    }

    @Test
    void decodesShareTheServerAsTheProductFormSays() {
        double most = BATCH / (MEAN_TOKENS * (FIXED + PER_SEQUENCE * BATCH));
        ServerSettings settings = ServerSettings.of(BATCH, BATCH, 1 << 20).prefixCaching(false);
        for (double load : new double[] {.3, .7}) {
            SimulationReport report = TraceSimulation.run(load(load * most, 60_000), settings, DECODES);
            assertThat(report.endToEnd().mean()).isCloseTo(productForm(load * most), withinPercentage(2));
        }
    }

    @Test
    void littlesLawHoldsAndLatencyGrowsWithLoad() {
        ServerSettings settings = ServerSettings.of(BATCH, BATCH, 1 << 20).prefixCaching(false);
        double before = 0;
        for (double rate : new double[] {1, 3, 5, 7}) {
            SimulationReport report = TraceSimulation.run(load(rate, 5000), settings, DECODES);
            double inside = report.requests().stream()
                            .mapToDouble(e -> e.times().finished() - e.times().scheduled())
                            .sum()
                    / report.seconds();
            assertThat(report.server().sequenceSeconds() / report.seconds()).isCloseTo(inside, within(1e-6 * inside));
            assertThat(report.endToEnd().mean()).isGreaterThan(before);
            before = report.endToEnd().mean();
        }
    }

    @Test
    void theReportCountsWhatWasRefused() {
        RequestTrace trace = new RequestTrace(
                "two",
                List.of(new TracedRequest(0, 4000, 10), new TracedRequest(1, 10, 5), new TracedRequest(2, 10, 1)));
        SimulationReport report = TraceSimulation.run(trace, ServerSettings.of(4, 64, 10), _ -> 1);
        assertThat(report.refusals()).isEqualTo(Map.of(Refusal.LARGER_THAN_KV_CAPACITY, 1));
        assertThat(report.requests()).hasSize(2);
        assertThat(report.attainment(100)).isEqualTo(2 / 3.0);
        assertThat(report.timePerOutputToken().count()).isEqualTo(1);
        assertThat(report.timePerOutputToken().mean()).isEqualTo(1);
        assertThat(report.seconds()).isEqualTo(6);
        assertThat(report.utilisation()).isEqualTo(5 / 6.0);
        assertThat(report.outputTokensPerSecond()).isEqualTo(1);
        assertThat(report.dollars(3600)).isEqualTo(6);
        assertThat(report.joules(100, 10)).isEqualTo(510);
        RequestTimes last = report.requests().getFirst().times();
        assertThat(last.queueWait()).isZero();
    }

    @Test
    void percentilesLieBetweenTheNearestValues() {
        Percentiles p = Percentiles.of(new double[] {4, 1, 3, 2, 5});
        assertThat(p).isEqualTo(new Percentiles(5, 3, 3, p.p90(), p.p95(), p.p99(), 5));
        assertThat(p.p90()).isCloseTo(4.6, within(1e-12));
        assertThat(Percentiles.of(new double[0]).mean()).isZero();
    }
}
