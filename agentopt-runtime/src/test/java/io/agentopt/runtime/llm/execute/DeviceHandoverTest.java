package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.StubGpu;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.batch.AnswerSpec;
import io.agentopt.runtime.llm.batch.BatchLoop;
import io.agentopt.runtime.llm.batch.BatchSettings;
import io.agentopt.runtime.llm.batch.Handover;
import io.agentopt.runtime.llm.batch.PrefixCache;
import io.agentopt.runtime.llm.batch.Sequence;
import io.agentopt.runtime.llm.error.DeviceLostException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.sample.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prefill on one engine and decode on another, of which one or both are on a GPU, on a driver of two devices without one. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeviceHandoverTest {
    private static final CancelToken NEVER = CancelToken.none();

    @TempDir
    static Path root;

    @AfterEach
    void nothingIsLeft() {
        int live = StubGpu.live();
        StubGpu.forget();
        assertThat(live).isZero();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static ModelPack pack() {
        return TinyPack.decoder("travelling").withLengths().pack(root);
    }

    /** {@return an engine on GPU 0 or 1, or on the CPU} */
    private static BatchLoop on(String device, int rows) {
        DecoderExecutor executor = device.equals("CPU")
                ? DecoderExecutorContract.open(pack(), rows)
                : CudaExecutorTest.open(pack(), PromptLane.BETWEEN_STEPS, rows, Integer.parseInt(device));
        return new BatchLoop("travelling", executor, new BatchSettings(16, Duration.ofSeconds(5), 2), PrefixCache.NONE);
    }

    private static Sequence prefill(BatchLoop loop, int length) {
        return loop.prefill("The prefill", Prompts.tokens(length, length), NEVER)
                .sequence();
    }

    private static Sequence move(BatchLoop from, Sequence sequence, BatchLoop to) {
        Sequence moved = Handover.copy("The transfer", from, sequence, to, NEVER);
        from.release(sequence);
        return moved;
    }

    private static List<Integer> answer(BatchLoop loop, Sequence sequence) {
        AnswerSpec greedy = new AnswerSpec(20, Set.of(), new Sampler(Sampling.greedy()));
        List<Integer> ids = loop.answer("The decode", sequence, greedy, (id, last) -> {}, NEVER)
                .ids();
        loop.release(sequence);
        return ids;
    }

    /** Several at once, there and back, while both decode, from GPU 0 and 1 to each other and to the CPU. */
    @ParameterizedTest
    @CsvSource({"0,CPU", "CPU,0", "0,1", "0,0"})
    void answersAreThoseOfOneEngine(String one, String another) throws Exception {
        try (BatchLoop a = on(one, 16);
                BatchLoop b = on(another, 16);
                BatchLoop alone = on("CPU", 1);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<List<Integer>>> jobs = new ArrayList<>();
            List<List<Integer>> expected = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int length = 5 + 7 * i % 50;
                boolean back = i % 2 == 0;
                expected.add(answer(alone, prefill(alone, length)));
                jobs.add(() -> {
                    Sequence there = move(a, prefill(a, length), b);
                    return back ? answer(a, move(b, there, a)) : answer(b, there);
                });
            }
            List<List<Integer>> together = new ArrayList<>();
            for (Future<List<Integer>> f : threads.invokeAll(jobs)) together.add(f.get());
            assertThat(together).isEqualTo(expected);
            assertThat(a.taken() + b.taken()).isZero();
        }
    }

    /** The buffer of the one that closes is in use by a thread that the other one's device serves. */
    @ParameterizedTest
    @CsvSource({"0,CPU", "0,1", "1,0"})
    void closingEitherDuringAHandOverIsAnError(String one, String another) throws Exception {
        for (int round = 0; round < 4; round++) {
            BatchLoop a = on(one, 2), b = on(another, 2);
            CountDownLatch began = new CountDownLatch(1);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Throwable> failed = threads.submit(() -> {
                    try {
                        Sequence sequence = prefill(a, 60);
                        while (true) { // there and back until one is closed
                            began.countDown();
                            sequence = move(b, move(a, sequence, b), a);
                        }
                    } catch (RuntimeException e) {
                        return e;
                    }
                });
                began.await();
                (round % 2 == 0 ? a : b).close();
                assertThat(failed.get())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
            } finally {
                a.close();
                b.close();
            }
        }
    }

    /** The prompt is still there, and the other engine has its row back. */
    @Test
    void aHandOverThatFailsLeavesBothUsable() {
        try (BatchLoop gpu = on("0", 2);
                BatchLoop cpu = on("CPU", 1)) {
            List<Integer> expected = answer(cpu, prefill(cpu, 30));
            Sequence sequence = prefill(gpu, 30);
            StubGpu.fail("cuMemcpyDtoHAsync_v2", StubGpu.INVALID_VALUE, 1); // the first brings the scores
            assertThatThrownBy(() -> move(gpu, sequence, cpu)).hasMessageContaining("cuMemcpyDtoHAsync_v2");
            assertThat(answer(cpu, move(gpu, sequence, cpu))).isEqualTo(expected);
            assertThat(cpu.taken()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"0,CPU,cuMemcpyDtoHAsync_v2,1", "CPU,0,cuMemcpyHtoDAsync_v2,0", "0,1,cuMemcpyPeerAsync,0"})
    void aDeviceThatIsLostInAHandOver(String one, String another, String function, int after) {
        try {
            BatchLoop a = on(one, 4), b = on(another, 4);
            try (a;
                    b) {
                Sequence sequence = prefill(a, 30);
                move(b, move(a, sequence, b), a);
                Sequence again = prefill(a, 31);
                StubGpu.lose(function, StubGpu.LAUNCH_FAILED, after);
                assertThatThrownBy(() -> move(a, again, b))
                        .isInstanceOf(DeviceLostException.class)
                        .hasMessageContainingAll("'travelling'", "stub", "CUDA_ERROR_LAUNCH_FAILED", "new process");
                BatchLoop lost = one.equals("CPU") ? b : a;
                assertThatThrownBy(() -> prefill(lost, 12)).isInstanceOf(DeviceLostException.class);
            }
        } finally {
            StubGpu.forget(); // a lost device takes nothing back
        }
    }
}
