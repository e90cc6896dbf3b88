package io.agentopt.plan.queueing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.queueing.BatchingServers.Shared;
import org.junit.jupiter.api.Test;

class BatchingServersTest {
    private static final double TOKENS = 50;

    /** With iterations as long as their batch the server shares one unit of speed: M/M/1 with processor sharing, rho / (1 - rho) in it. */
    @Test
    void equalSharesOfOneSpeedAreAnOrdinaryQueue() {
        for (double rho : new double[] {0.3, 0.7, 0.95}) {
            BatchingServers one = new BatchingServers(1, 1_000_000, rho, 1, 1, n -> n, 0);
            assertThat(meanSeconds(one, 1)).isCloseTo(1 / (1 - rho), within(1e-6));
        }
    }

    /** With a batch of one, servers are those of M/M/k. */
    @Test
    void batchesOfOneAreServers() {
        BatchingServers four = new BatchingServers(4, 1, 3.2, 1, 1, n -> 1, 0);
        Waiting.Stable wait = steady(four).waiting();
        Waiting.Stable erlang =
                (Waiting.Stable) MultiServerQueue.exponential(4, 3.2, 1).waiting();
        assertThat(wait.meanSeconds()).isCloseTo(erlang.meanSeconds(), within(1e-9));
        assertThat(wait.probability()).isCloseTo(erlang.probability(), within(1e-9));
    }

    @Test
    void agreesWithASimulationOfEachIteration() {
        for (double share : new double[] {0.3, 0.7, 0.85}) {
            double rate = share * full(64);
            double twin = QueueSimulation.batching(rate, 1, TOKENS, 64, BatchingServersTest::iteration, 40_000);
            assertThat(meanSeconds(server(64, rate, 1), TOKENS)).isCloseTo(twin, within(0.04 * twin));
        }
    }

    @Test
    void burstsAreNotUnderestimated() {
        for (double cv2 : new double[] {2, 4}) {
            for (double share : new double[] {0.5, 0.85}) {
                double rate = share * full(64);
                double twin = QueueSimulation.batching(rate, cv2, TOKENS, 64, BatchingServersTest::iteration, 40_000);
                double closed = meanSeconds(server(64, rate, cv2), TOKENS);
                assertThat(closed / twin).isBetween(0.97, 1.6);
            }
        }
    }

    @Test
    void thousandsOfServersAreCountedWithoutOverflow() {
        BatchingServers many =
                new BatchingServers(3000, 256, 3000 * 0.9 * full(256), 1, TOKENS, BatchingServersTest::iteration, 0);
        assertThat(steady(many).tokenSeconds().mean()).isBetween(0.015, 0.2);
    }

    @Test
    void promptsSlowDecodingDown() {
        double free = meanSeconds(new BatchingServers(1, 64, 5, 1, TOKENS, BatchingServersTest::iteration, 0), TOKENS);
        double busy =
                meanSeconds(new BatchingServers(1, 64, 5, 1, TOKENS, BatchingServersTest::iteration, 0.4), TOKENS);
        assertThat(busy).isGreaterThan(free / 0.6);
    }

    @Test
    void anOverloadIsAValue() {
        assertThat(server(64, full(64), 1).solve()).isInstanceOf(Shared.Overloaded.class);
        assertThat(new BatchingServers(1, 64, 1, 1, TOKENS, BatchingServersTest::iteration, 1).solve())
                .isInstanceOfSatisfying(
                        Shared.Overloaded.class,
                        o -> assertThat(o.saturated().utilisation()).isInfinite());
    }

    @Test
    void noLoadIsTheTimeAlone() {
        assertThat(meanSeconds(server(64, 0, 1), TOKENS)).isCloseTo(TOKENS * 0.0154, within(1e-9));
    }

    private static double full(int batch) {
        return batch / (TOKENS * iteration(batch));
    }

    private static BatchingServers server(int batch, double rate, double cv2) {
        return new BatchingServers(1, batch, rate, cv2, TOKENS, BatchingServersTest::iteration, 0);
    }

    private static Shared.Steady steady(BatchingServers servers) {
        return (Shared.Steady) servers.solve();
    }

    private static double meanSeconds(BatchingServers servers, double tokens) {
        return steady(servers).request(tokens, 1).mean();
    }

    private static double iteration(double sequences) {
        return 0.015 + 0.0004 * sequences;
    }
}
