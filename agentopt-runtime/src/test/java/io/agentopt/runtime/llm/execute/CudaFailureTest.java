package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.StubGpu;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.batch.AnswerSpec;
import io.agentopt.runtime.llm.batch.BatchLoop;
import io.agentopt.runtime.llm.batch.BatchSettings;
import io.agentopt.runtime.llm.batch.Exchange;
import io.agentopt.runtime.llm.batch.Prefilled;
import io.agentopt.runtime.llm.batch.PrefixCache;
import io.agentopt.runtime.llm.batch.Sequence;
import io.agentopt.runtime.llm.error.DeviceLostException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.sample.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests to a GPU that fails, or that are cancelled or closed in mid-run, on a driver without a GPU. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CudaFailureTest {
    private static final CancelToken NEVER = CancelToken.none();
    private static final int CHUNK = 16;
    private static final String STEP_WAIT = "cuEventSynchronize", PROMPT_WAIT = "cuStreamSynchronize";

    @TempDir
    static Path root;

    @AfterEach
    void nothingIsLeft() {
        StubGpu.forget();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static ModelPack pack() {
        return TinyPack.decoder("failing").withLengths().pack(root);
    }

    private static BatchLoop loop(PromptLane lane, int rows) {
        return loop(CudaExecutorTest.open(pack(), lane, rows));
    }

    private static BatchLoop loop(DecoderExecutor executor) {
        return new BatchLoop(
                "failing", executor, new BatchSettings(CHUNK, Duration.ofSeconds(50), 2), PrefixCache.NONE);
    }

    private static Prefilled prefill(BatchLoop loop, int length) {
        return loop.prefill("The prefill", Prompts.tokens(length, length), NEVER);
    }

    private static List<Integer> answer(BatchLoop loop, Sequence sequence, Exchange.Listener listener) {
        AnswerSpec greedy = new AnswerSpec(30, Set.of(), new Sampler(Sampling.greedy()));
        return loop.answer("The decode", sequence, greedy, listener, NEVER).ids();
    }

    private static List<Integer> expected(int length) {
        try (BatchLoop cpu = loop(DecoderExecutorContract.open(pack(), 1))) {
            return answer(cpu, prefill(cpu, length).sequence(), (id, last) -> {});
        }
    }

    private static AbstractThrowableAssert<?, ?> isLost(Future<?> request) {
        return assertThatThrownBy(request::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(DeviceLostException.class)
                .hasMessageContainingAll("'failing'", "stub", "CUDA_ERROR_LAUNCH_FAILED", "new process");
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceThatIsLostInAStepFailsAllAndRefusesAtOnce(PromptLane lane) {
        try (BatchLoop loop = loop(lane, 2);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Sequence first = prefill(loop, 10).sequence(),
                    second = prefill(loop, 11).sequence();
            Future<Prefilled> waiting = threads.submit(() -> prefill(loop, 12));
            while (loop.waiting() == 0) Thread.onSpinWait();
            int[] heard = {0};
            Future<?> one = threads.submit(() -> answer(loop, first, (id, last) -> {
                if (++heard[0] == 5) StubGpu.lose(STEP_WAIT, StubGpu.LAUNCH_FAILED);
            }));
            isLost(one);
            Future<?> other = threads.submit(() -> answer(loop, second, (id, last) -> {}));
            isLost(other);
            isLost(waiting);
            assertThatThrownBy(() -> prefill(loop, 13)).isInstanceOf(DeviceLostException.class);
        }
    }

    @Test
    void anEngineOfAnotherDeviceGoesOn() {
        List<Integer> expected = expected(12);
        try (BatchLoop other = loop(DecoderExecutorContract.open(pack(), 1));
                BatchLoop loop = loop(PromptLane.BESIDE_STEPS, 1);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Sequence lost = prefill(loop, 10).sequence();
            Sequence goesOn = prefill(other, 12).sequence();
            int[] heard = {0};
            List<Integer> ids = answer(other, goesOn, (id, last) -> {
                if (++heard[0] != 5) return;
                StubGpu.lose(STEP_WAIT, StubGpu.LAUNCH_FAILED);
                isLost(threads.submit(() -> answer(loop, lost, (i, l) -> {})));
            });
            assertThat(ids).isEqualTo(expected);
            other.release(goesOn);
            assertThat(answer(other, prefill(other, 12).sequence(), (id, last) -> {}))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceThatIsLostInAPromptFailsAnswersToo(PromptLane lane) {
        try (BatchLoop loop = loop(lane, 3);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Sequence held = prefill(loop, 10).sequence();
            StubGpu.lose("cuMemcpyHtoDAsync_v2", StubGpu.LAUNCH_FAILED);
            isLost(threads.submit(() -> prefill(loop, 40)));
            isLost(threads.submit(() -> answer(loop, held, (id, last) -> {})));
            assertThatThrownBy(() -> prefill(loop, 13)).isInstanceOf(DeviceLostException.class);
        }
    }

    /** The step is run again. */
    @ParameterizedTest
    @EnumSource
    void aFailureThatPassesIsNoLoss(PromptLane lane) {
        List<Integer> expected = expected(10);
        try (BatchLoop loop = loop(lane, 2)) {
            Sequence s = prefill(loop, 10).sequence();
            int[] heard = {0};
            assertThat(answer(loop, s, (id, last) -> {
                        if (++heard[0] == 5) StubGpu.fail(STEP_WAIT, StubGpu.INVALID_VALUE);
                    }))
                    .isEqualTo(expected);
        }
    }

    /** An answer begins and ends meanwhile. */
    @Test
    void aPromptInFlightHoldsNobodyUpAndIsCancelled() {
        List<Integer> expected = expected(10);
        CancelToken cancel = CancelToken.create();
        try (BatchLoop loop = loop(PromptLane.BESIDE_STEPS, 2);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Sequence warm = prefill(loop, 10).sequence(); // a step that captures its graph would wait
            answer(loop, warm, (id, last) -> {});
            loop.release(warm);
            Sequence s = prefill(loop, 10).sequence();
            StubGpu.hold(PROMPT_WAIT);
            Future<Prefilled> prompt = threads.submit(() -> loop.prefill("The prefill", Prompts.tokens(40, 3), cancel));
            StubGpu.awaitHeld();
            assertThat(answer(loop, s, (id, last) -> {})).isEqualTo(expected);
            loop.release(s);
            cancel.cancel("enough");
            StubGpu.go();
            assertThatThrownBy(prompt::get).cause().isInstanceOf(CancelledException.class);
            assertThat(answer(loop, prefill(loop, 10).sequence(), (id, last) -> {}))
                    .isEqualTo(expected);
        }
    }

    @Test
    void closeWaitsForAPromptInFlightAndFailsIt() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            BatchLoop loop = loop(PromptLane.BESIDE_STEPS, 2);
            StubGpu.hold(PROMPT_WAIT);
            Future<Prefilled> prompt = threads.submit(() -> prefill(loop, 40));
            StubGpu.awaitHeld();
            Future<?> closing = threads.submit(loop::close);
            while (isOpen(loop)) Thread.onSpinWait();
            assertThat(prompt.isDone()).isFalse();
            StubGpu.go();
            closing.get();
            assertThatThrownBy(prompt::get).cause().isInstanceOf(IllegalStateException.class);
        }
    }

    private static boolean isOpen(BatchLoop loop) {
        try {
            return loop.call(() -> true);
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
