package io.agentopt.runtime.llm.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Concurrent callers, failures and cancellation, with an encoder that the test steps through. */
@Timeout(60)
class EncoderLaneTest {
    private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** Gives each row its first token; stops in the first run until it may go on; a row of -1 is a failure of the whole run. */
    private EncoderLane lane(BatchLimits limits) {
        return new EncoderLane("fake", limits, (rows, options) -> {
            batches.add(rows.stream().map(r -> r.tokens()[0]).toList());
            entered.countDown();
            await(go);
            float[][] out = new float[rows.size()][];
            for (int i = 0; i < out.length; i++) {
                if (rows.get(i).tokens()[0] < 0) throw new IllegalStateException("bad row");
                out[i] = new float[] {rows.get(i).tokens()[0]};
            }
            return out;
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) throw new IllegalStateException("The test does not go on.");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<EncoderRow> rows(int length, int... firsts) {
        return IntStream.of(firsts)
                .mapToObj(f -> {
                    int[] tokens = new int[length];
                    tokens[0] = f;
                    return EncoderRow.of(tokens);
                })
                .toList();
    }

    private static CompletableFuture<float[][]> ask(EncoderLane lane, List<EncoderRow> rows, CancelToken cancel) {
        CompletableFuture<float[][]> answer = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                answer.complete(lane.encode("The test", rows, cancel));
            } catch (Throwable t) {
                answer.completeExceptionally(new AssertionError(t)); // a future throws a cancellation without its cause
            }
        });
        return answer;
    }

    private static void waitUntil(java.util.function.BooleanSupplier done) {
        while (!done.getAsBoolean()) Thread.onSpinWait();
    }

    @Test
    void callersThatWaitAtTheSameTimeShareARun() throws Exception {
        try (EncoderLane lane = lane(new BatchLimits(64, 1000, 0.25))) {
            var first = ask(lane, rows(4, 1), CancelToken.none());
            await(entered);
            var second = ask(lane, rows(4, 2, 3), CancelToken.none());
            waitUntil(() -> lane.waiting() == 2);
            var third = ask(lane, rows(4, 4), CancelToken.none());
            waitUntil(() -> lane.waiting() == 3);
            var far = ask(lane, rows(40, 5), CancelToken.none());
            waitUntil(() -> lane.waiting() == 4);
            go.countDown();
            assertThat(first.get()).isDeepEqualTo(new float[][] {{1}});
            assertThat(second.get()).isDeepEqualTo(new float[][] {{2}, {3}});
            assertThat(third.get()).isDeepEqualTo(new float[][] {{4}});
            assertThat(far.get()).isDeepEqualTo(new float[][] {{5}});
        }
        assertThat(batches).hasSize(3);
        assertThat(batches.get(0)).containsExactly(1);
        assertThat(batches.get(1)).containsExactlyInAnyOrder(2, 3, 4);
        assertThat(batches.get(2)).containsExactly(5);
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @Test
    void aFailureIsOfItsRequestAlone() throws Exception {
        try (EncoderLane lane = lane(BatchLimits.standard())) {
            var first = ask(lane, rows(4, 1), CancelToken.none());
            await(entered);
            var good = ask(lane, rows(4, 2, 3), CancelToken.none());
            var bad = ask(lane, rows(4, 4, -1), CancelToken.none());
            waitUntil(() -> lane.waiting() == 4);
            go.countDown();
            assertThat(first.get()).isDeepEqualTo(new float[][] {{1}});
            assertThat(good.get()).isDeepEqualTo(new float[][] {{2}, {3}});
            assertThatThrownBy(bad::get).hasRootCauseMessage("bad row");
            assertThat(lane.encode("The test", rows(4, 7), CancelToken.none())).isDeepEqualTo(new float[][] {{7}});
        }
    }

    @Test
    void aCancelledRequestEndsAtOnceAndLeavesNothingWaiting() throws Exception {
        try (EncoderLane lane = lane(BatchLimits.standard())) {
            CancelToken running = CancelToken.create(), waiting = CancelToken.create();
            var first = ask(lane, rows(4, 1), running);
            await(entered);
            var second = ask(lane, rows(4, 2, 3), waiting);
            waitUntil(() -> lane.waiting() == 2);
            waiting.cancel("changed my mind");
            assertThatThrownBy(second::get)
                    .hasRootCauseInstanceOf(CancelledException.class)
                    .hasMessageContaining("changed my mind");
            assertThat(lane.waiting()).isZero();
            running.cancel("me too"); // while its run goes on
            assertThatThrownBy(first::get).hasRootCauseInstanceOf(CancelledException.class);
            go.countDown();
            assertThat(lane.encode("The test", rows(4, 7), CancelToken.none())).isDeepEqualTo(new float[][] {{7}});
            CancelToken late = CancelToken.create();
            late.cancel("before");
            assertThatThrownBy(() -> lane.encode("The test", rows(4, 8), late)).isInstanceOf(CancelledException.class);
        }
        assertThat(batches).containsExactly(List.of(1), List.of(7));
    }

    @Test
    void closingFailsWhatWaits() throws Exception {
        EncoderLane lane = lane(BatchLimits.standard());
        var first = ask(lane, rows(4, 1), CancelToken.none());
        await(entered);
        var second = ask(lane, rows(4, 2), CancelToken.none());
        waitUntil(() -> lane.waiting() == 1);
        Thread closing = Thread.ofPlatform().start(lane::close);
        waitUntil(() -> closing.getState() == Thread.State.WAITING); // for the run in progress
        go.countDown();
        closing.join();
        assertThat(first.get()).isDeepEqualTo(new float[][] {{1}});
        assertThatThrownBy(second::get)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> lane.encode("The test", rows(4, 3), CancelToken.none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        lane.close();
    }

    @Test
    void manyCallersGetTheirOwn() throws Exception {
        go.countDown();
        try (EncoderLane lane = lane(new BatchLimits(8, 64, 0.25));
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 200)
                    .mapToObj(i -> pool.submit(
                            () -> lane.encode("The test", rows(1 + i % 9, i, 1000 + i), CancelToken.none())))
                    .toList();
            for (int i = 0; i < 200; i++)
                assertThat(answers.get(i).get()).isDeepEqualTo(new float[][] {{i}, {1000 + i}});
        }
    }
}
