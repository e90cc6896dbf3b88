package io.agentopt.simulate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.simulate.event.EventQueue;
import io.agentopt.workload.PrefixBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LlmServerTest {
    /** A second for an iteration, and a hundredth for each token of a prompt. */
    private static final IterationTimes TIMES = work -> 1 + work.prefillTokens() / 100.0;

    private static final ServerSettings SETTINGS = ServerSettings.of(4, 100, 100);

    private final EventQueue queue = new EventQueue();
    private final Ends ends = new Ends();

    /** What became of requests, by id. */
    private static final class Ends implements ServerListener {
        final Map<Integer, RequestTimes> finished = new TreeMap<>();

        RequestTimes of(int request) {
            return Objects.requireNonNull(finished.get(request), "a request that did not finish");
        }

        final Map<Integer, Refusal> refused = new TreeMap<>();
        final List<Double> firstTokens = new ArrayList<>();

        @Override
        public void firstToken(LlmRequest request, double seconds) {
            firstTokens.add(seconds);
        }

        @Override
        public void finished(LlmRequest request, RequestTimes times) {
            assertThat(finished.put(request.id(), times)).isNull();
        }

        @Override
        public void refused(LlmRequest request, Refusal why, double seconds) {
            assertThat(refused.put(request.id(), why)).isNull();
        }
    }

    private void at(double seconds, LlmServer server, LlmRequest request) {
        queue.at(seconds, (_, _) -> server.submit(request, ends), 0);
    }

    @Test
    void aLoneRequestPrefillsAndDecodes() {
        LlmServer server = new LlmServer(queue, SETTINGS, TIMES);
        at(5, server, new LlmRequest(0, 50, 4));
        queue.run();
        assertThat(ends.finished).containsEntry(0, new RequestTimes(5, 5, 6.5, 9.5));
        assertThat(ends.firstTokens).containsExactly(6.5);
        ServerReport report = server.report();
        assertThat(report.iterations()).isEqualTo(4);
        assertThat(report.busySeconds()).isEqualTo(4.5);
        assertThat(report.prefillTokens()).isEqualTo(50);
        assertThat(report.outputTokens()).isEqualTo(4);
        assertThat(report.kvPeakBlocks()).isEqualTo(4); // 53 of the 54 tokens have KV entries
        assertThat(server.outstanding()).isZero();
    }

    @Test
    void aLongPromptIsReadInChunksBesideDecodes() {
        LlmServer server = new LlmServer(queue, SETTINGS, TIMES);
        at(0, server, new LlmRequest(0, 10, 100));
        at(0.5, server, new LlmRequest(1, 250, 2));
        queue.run();
        // it comes during the first iteration (1.1 s), then 99 + 99 + 52 tokens beside one decode
        RequestTimes times = ends.of(1);
        assertThat(times.scheduled()).isEqualTo(1.1);
        assertThat(times.firstToken()).isCloseTo(1.1 + 1.99 + 1.99 + 1.52, within(1e-12));
        assertThat(times.endToEnd()).isCloseTo(times.timeToFirstToken() + 1, within(1e-12));
        assertThat(times.queueWait()).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void anEngineThatSchedulesAheadLetsRequestsInOneIterationLater() {
        LlmServer server = new LlmServer(queue, SETTINGS.scheduleAhead(true), TIMES);
        at(0, server, new LlmRequest(0, 10, 100));
        at(1.5, server, new LlmRequest(1, 30, 2));
        queue.run();
        // it comes in the iteration 1.1 to 2.1; the one to 3.1 was decided on already
        assertThat(ends.of(1).scheduled()).isCloseTo(2.1, within(1e-12));
        assertThat(ends.of(1).firstToken()).isCloseTo(3.1 + 1.3, within(1e-12));
        assertThat(ends.of(0).finished()).isCloseTo(100 + 0.4, within(1e-9));
    }

    @Test
    void requestsBeyondTheSeatsWait() {
        LlmServer server = new LlmServer(queue, ServerSettings.of(1, 100, 100), TIMES);
        at(0, server, new LlmRequest(0, 100, 3));
        at(1, server, new LlmRequest(1, 100, 3));
        queue.run();
        assertThat(ends.of(0).finished()).isEqualTo(4);
        assertThat(ends.of(1)).isEqualTo(new RequestTimes(1, 4, 6, 8));
    }

    @Test
    void aRequestLargerThanTheCacheIsRefused() {
        LlmServer server = new LlmServer(queue, ServerSettings.of(4, 100, 3), TIMES);
        at(0, server, new LlmRequest(0, 40, 10));
        at(0, server, new LlmRequest(1, 40, 9));
        queue.run();
        assertThat(ends.refused).containsExactly(Map.entry(0, Refusal.LARGER_THAN_KV_CAPACITY));
        assertThat(ends.finished).containsOnlyKeys(1);
        assertThat(server.report().refused()).isEqualTo(1);
    }

    @Test
    void whoHasNoBlockPushesOutTheLastAdmitted() {
        LlmServer server = new LlmServer(queue, ServerSettings.of(4, 100, 4).prefixCaching(false), TIMES);
        at(0, server, new LlmRequest(0, 16, 20));
        at(0, server, new LlmRequest(1, 16, 20));
        at(0, server, new LlmRequest(2, 16, 20));
        queue.run();
        assertThat(ends.finished).containsOnlyKeys(0, 1, 2);
        assertThat(server.report().preemptions()).isPositive();
        assertThat(server.report().prefillTokens()).isGreaterThan(48);
        assertThat(server.report().outputTokens()).isEqualTo(60);
        assertThat(server.report().kvPeakBlocks()).isEqualTo(4);
        assertThat(ends.of(0).finished()).isLessThan(ends.of(2).finished());
    }

    @Test
    void aSharedPrefixIsReadOnce() {
        LlmServer server = new LlmServer(queue, SETTINGS, TIMES);
        PrefixBlocks same = new PrefixBlocks(32, 7, 8, 9);
        at(0, server, new LlmRequest(0, 96, 2, same));
        at(10, server, new LlmRequest(1, 96, 2, new PrefixBlocks(32, 7, 8, 11)));
        at(20, server, new LlmRequest(2, 96, 2, same));
        queue.run();
        assertThat(ends.of(0).timeToFirstToken()).isCloseTo(1.96, within(1e-12));
        assertThat(ends.of(1).timeToFirstToken()).isCloseTo(1.32, within(1e-12));
        // the last block is in the cache too, but its last token is needed
        assertThat(ends.of(2).timeToFirstToken()).isCloseTo(1.32, within(1e-12));
        assertThat(server.report().prefixHitTokens()).isEqualTo(128);
        assertThat(server.report().prefixHitRate()).isEqualTo(128 / 288.0);
    }

    @Test
    void theBlocksNotUsedForLongestAreEvictedFirst() {
        LlmServer server = new LlmServer(queue, ServerSettings.of(4, 200, 9), TIMES);
        at(0, server, new LlmRequest(0, 65, 1, new PrefixBlocks(32, 1, 2)));
        at(10, server, new LlmRequest(1, 66, 1, new PrefixBlocks(32, 3, 4)));
        at(20, server, new LlmRequest(2, 33, 1, new PrefixBlocks(32, 5))); // needs a block more than is free: 2 goes
        at(30, server, new LlmRequest(3, 66, 1, new PrefixBlocks(32, 3, 4)));
        at(40, server, new LlmRequest(4, 65, 1, new PrefixBlocks(32, 1, 2)));
        queue.run();
        assertThat(ends.of(3).timeToFirstToken()).isCloseTo(1.02, within(1e-12));
        assertThat(ends.of(4).timeToFirstToken()).isCloseTo(1.33, within(1e-12));
    }

    @Test
    void prefillAndDecodeOnTwoServersHandOver() {
        LlmServer decode = new LlmServer(queue, SETTINGS.decodeOnly(), TIMES);
        LlmServer prefill = new LlmServer(queue, SETTINGS.prefillOnly(tokens -> tokens / 10.0), TIMES);
        ModelServer both = new DisaggregatedServer(prefill, decode);
        queue.at(0, (_, _) -> both.submit(new LlmRequest(0, 50, 4), ends), 0);
        queue.at(0, (_, _) -> both.submit(new LlmRequest(1, 50, 1), ends), 0);
        queue.run();
        assertThat(both.outstanding()).isZero();
        // both prompts in one iteration, 5 s to hand over, three tokens
        assertThat(ends.of(0)).isEqualTo(new RequestTimes(0, 0, 2, 10));
        assertThat(ends.of(1)).isEqualTo(new RequestTimes(0, 0, 2, 2));
        assertThat(ends.firstTokens).containsExactly(2.0, 2.0);
        assertThat(prefill.report().kvPeakBlocks()).isEqualTo(8);
        assertThat(decode.report().outputTokens()).isEqualTo(3);
    }

    @Test
    void blocksAreHeldUntilTheyAreHandedOver() {
        LlmServer prefill = new LlmServer(
                queue, ServerSettings.of(4, 100, 4).prefixCaching(false).prefillOnly(_ -> 7), TIMES);
        at(0, prefill, new LlmRequest(0, 50, 4));
        at(1, prefill, new LlmRequest(1, 50, 4));
        queue.run();
        assertThat(ends.of(0)).isEqualTo(new RequestTimes(0, 0, 1.5, 8.5));
        assertThat(ends.of(1)).isEqualTo(new RequestTimes(1, 8.5, 10, 17));
    }

    @Test
    void aServerThatFailsComputesAnew() {
        LlmServer server = new LlmServer(queue, SETTINGS, TIMES);
        at(0, server, new LlmRequest(0, 50, 10));
        queue.at(4.75, (_, _) -> server.fail(), 0); // first token at 1.5, then 2.5, 3.5, 4.5
        at(6, server, new LlmRequest(1, 10, 1));
        queue.at(20, (_, _) -> server.repair(), 0);
        queue.run();
        // 54 tokens are read again, which gives the fifth; five more
        assertThat(ends.of(0).firstToken()).isEqualTo(1.5);
        assertThat(ends.of(0).finished()).isCloseTo(20 + 1.64 + 5, within(1e-12));
        assertThat(ends.of(1).firstToken()).isCloseTo(21.64, within(1e-12));
        assertThat(server.report().outputTokens()).isEqualTo(11);
        assertThat(server.report().busySeconds()).isCloseTo(4.5 + 6.64, within(1e-12));
    }

    @Test
    void aServerThatFailsMayLoseItsRequests() {
        LlmServer server = new LlmServer(queue, ServerSettings.of(1, 100, 100).onFailure(FailurePolicy.LOSE), TIMES);
        at(0, server, new LlmRequest(0, 50, 10));
        at(1, server, new LlmRequest(1, 50, 10));
        queue.at(4, (_, _) -> server.fail(), 0);
        at(5, server, new LlmRequest(2, 50, 10));
        queue.at(6, (_, _) -> server.repair(), 0);
        at(7, server, new LlmRequest(3, 50, 10));
        queue.run();
        assertThat(ends.refused)
                .containsExactly(
                        Map.entry(0, Refusal.LOST), Map.entry(1, Refusal.LOST), Map.entry(2, Refusal.SERVER_DOWN));
        assertThat(ends.finished).containsOnlyKeys(3);
        assertThat(server.outstanding()).isZero();
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> ServerSettings.of(0, 1, 1)).hasMessageContaining("maxSequences (0)");
        assertThatThrownBy(() -> ServerSettings.of(8, 4, 1)).hasMessageContaining("maxBatchedTokens (4)");
        assertThatThrownBy(() -> ServerSettings.of(8, 8, 0)).hasMessageContaining("kvBlocks (0)");
        assertThatThrownBy(() -> ServerSettings.of(8, 8, Integer.MAX_VALUE)).hasMessageContaining("at most");
        assertThatThrownBy(() -> new LlmRequest(3, 0, 1)).hasMessageContaining("request 3");
        LlmServer server = new LlmServer(queue, SETTINGS, TIMES);
        assertThatThrownBy(() -> server.submit(new LlmRequest(0, 96, 2, new PrefixBlocks(10, 1)), ends))
                .hasMessageContaining("10 tokens");
        LlmServer decode = new LlmServer(queue, SETTINGS.decodeOnly(), TIMES);
        assertThatThrownBy(() -> decode.submit(new LlmRequest(0, 96, 1), ends)).hasMessageContaining("only decodes");
        LlmServer broken = new LlmServer(queue, SETTINGS, _ -> Double.NaN);
        at(0, broken, new LlmRequest(0, 1, 1));
        assertThatThrownBy(queue::run).hasMessageContaining("NaN");
    }
}
