package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LlmEngineCancelTest {
    @TempDir
    static Path root;

    static ModelPack slow;
    static ModelPack quick;

    @BeforeAll
    static void write() {
        slow = TinyPack.slow("slow").pack(root);
        quick = TinyPack.decoder("quick").pack(root);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    /** Spins until the lane has worked for a while: the run is in native code. */
    static void awaitWork(String model) {
        var threads = ManagementFactory.getThreadMXBean();
        long nanos = TimeUnit.MILLISECONDS.toNanos(30);
        Thread lane = lane("agentopt-lane-" + model); // once: stack traces stop all threads
        while (threads.getThreadCpuTime(lane.threadId()) <= nanos) Thread.onSpinWait();
    }

    private static Thread lane(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPrefillInFlightIsCancelled() throws Exception {
        try (LlmEngine engine = LlmEngine.open(slow, EngineSettings.cpu(1))) {
            CancelToken token = CancelToken.create();
            CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
                awaitWork("slow");
                token.cancel("the user left");
            });
            assertThatThrownBy(() -> {
                        while (true)
                            engine.prefill(Prompts.tokens(1024, 1), token).close();
                    })
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("prefill of 1024 tokens of model 'slow'")
                    .hasMessageContaining("the user left");
            canceller.get();
            assertThat(engine.slotsTaken()).isZero();
            engine.prefill(Prompts.tokens(3, 1), CancelToken.none()).close(); // the engine goes on
        }
    }

    @Test
    void aDeadlineEndsAPrefill() {
        try (LlmEngine engine = LlmEngine.open(slow, EngineSettings.cpu(1))) {
            assertThatThrownBy(() -> {
                        CancelToken token = CancelToken.after(Duration.ofMillis(40));
                        while (true)
                            engine.prefill(Prompts.tokens(1024, 1), token).close();
                    })
                    .isInstanceOfSatisfying(
                            CancelledException.class, e -> assertThat(e.why()).isEqualTo(CancelToken.Cause.DEADLINE))
                    .hasMessageContaining("40 ms");
            assertThat(engine.slotsTaken()).isZero();
        }
    }

    @Test
    void aDecodeIsCancelledBetweenTokens() {
        try (LlmEngine engine = LlmEngine.open(slow, EngineSettings.cpu(1))) {
            CancelToken token = CancelToken.create();
            int[] heard = {0};
            assertThatThrownBy(() -> engine.decode(
                            engine.prefill(Prompts.tokens(4, 1), token),
                            DecodeOptions.greedy(1000),
                            (i, id, text) -> {
                                heard[0]++;
                                if (i == 5) token.cancel("enough");
                            },
                            token))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("decode of model 'slow' was cancelled: enough");
            assertThat(heard[0]).isBetween(6, 999);
            assertThat(engine.slotsTaken()).isZero();
        }
    }

    @Test
    void whatIsCancelledAlreadyDoesNotStart() {
        try (LlmEngine engine = LlmEngine.open(quick, EngineSettings.cpu(1))) {
            CancelToken token = CancelToken.create();
            KvCache cache = engine.prefill(Prompts.tokens(4, 1), token);
            token.cancel("late");
            assertThatThrownBy(() -> engine.prefill(Prompts.tokens(4, 1), token))
                    .isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> engine.decode(cache, DecodeOptions.greedy(4), TokenListener.NONE, token))
                    .isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> engine.prefill(Prompts.tokens(4, 1), CancelToken.after(Duration.ZERO)))
                    .isInstanceOf(CancelledException.class);
            assertThat(engine.slotsTaken()).isZero();
        }
    }

    @Test
    void aWaitForASlotIsCancelled() throws Exception {
        try (LlmEngine engine = LlmEngine.open(quick, EngineSettings.cpu(1).withSlots(1, Duration.ofHours(1)));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            KvCache only = engine.prefill(Prompts.tokens(4, 1), CancelToken.none());
            CancelToken token = CancelToken.create();
            var waiting = threads.submit(() -> engine.prefill(Prompts.tokens(4, 1), token));
            token.cancel("no time");
            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> engine.prefill(Prompts.tokens(4, 1), CancelToken.after(Duration.ofMillis(5))))
                    .isInstanceOf(CancelledException.class);
            var served = threads.submit(() -> engine.prefill(Prompts.tokens(4, 1), CancelToken.none()));
            only.close();
            served.get().close();
        }
    }

    @Test
    void anInterruptEndsADecodeAndStaysVisible() throws Exception {
        try (LlmEngine engine = LlmEngine.open(slow, EngineSettings.cpu(1))) {
            FutureTask<Boolean> task = new FutureTask<>(() -> {
                try {
                    engine.decode(
                            engine.prefill(Prompts.tokens(4, 1), CancelToken.none()),
                            DecodeOptions.greedy(1000),
                            (i, id, text) -> {
                                if (i == 2) Thread.currentThread().interrupt();
                            },
                            CancelToken.none());
                    return false;
                } catch (CancelledException e) {
                    return Thread.currentThread().isInterrupted();
                }
            });
            Thread.ofVirtual().start(task);
            assertThat(task.get()).isTrue();
            assertThat(engine.slotsTaken()).isZero();
        }
    }

    @Test
    void closingDuringARunIsSafe() throws Exception {
        LlmEngine engine = LlmEngine.open(slow, EngineSettings.cpu(1));
        FutureTask<Throwable> task = new FutureTask<>(() -> {
            try {
                while (true)
                    engine.prefill(Prompts.tokens(512, 1), CancelToken.none()).close();
            } catch (RuntimeException e) {
                return e;
            }
        });
        Thread.ofVirtual().start(task);
        awaitWork("slow");
        engine.close();
        engine.close();
        assertThat(task.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @Test
    void aCacheThatOutlivesItsEngineCanOnlyBeClosed() {
        LlmEngine engine = LlmEngine.open(quick, EngineSettings.cpu(1));
        KvCache cache = engine.prefill(Prompts.tokens(4, 1), CancelToken.none());
        KvCache other = engine.prefill(Prompts.tokens(4, 1), CancelToken.none());
        engine.close();
        assertThatThrownBy(() -> engine.decode(cache, DecodeOptions.greedy(4), TokenListener.NONE, CancelToken.none()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> engine.prefill(Prompts.tokens(4, 1), CancelToken.none()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(other.length()).isEqualTo(4);
        cache.close();
        other.close();
    }
}
