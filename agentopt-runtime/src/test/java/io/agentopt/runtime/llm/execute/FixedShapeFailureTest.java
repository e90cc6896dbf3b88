package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.StubMigraphx;
import io.agentopt.runtime.llm.LimitedTensors;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests to AMD's stub that fails, is lost, has no memory, or is closed in mid-run. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FixedShapeFailureTest {
    private static final int LAUNCH_FAILED = 719, OUT_OF_MEMORY = 2, NO_CODE_FOR_CHIP = 209;

    @TempDir
    static Path root;

    @BeforeEach
    void hip() {
        System.setProperty(FixedShapeExecutorTest.DRIVER, StubMigraphx.driver().toString());
    }

    @AfterEach
    void nothingIsLeft() {
        System.clearProperty(FixedShapeExecutorTest.DRIVER);
        StubMigraphx.forgetDriver();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static ModelPack pack() {
        return TinyPack.decoder("failing").withLengths().pack(root);
    }

    private static BatchLoop loop(DecoderExecutor executor) {
        return new BatchLoop("failing", executor, new BatchSettings(16, Duration.ofSeconds(50), 2), PrefixCache.NONE);
    }

    private static BatchLoop amd(int rows) {
        return loop(FixedShapeExecutorTest.open(pack(), StubMigraphx.provider(), rows));
    }

    private static Prefilled prefill(BatchLoop loop, int length) {
        return loop.prefill("The prefill", Prompts.tokens(length, length), CancelToken.none());
    }

    private static List<Integer> answer(BatchLoop loop, Sequence sequence, Exchange.Listener listener) {
        AnswerSpec greedy = new AnswerSpec(30, Set.of(), new Sampler(Sampling.greedy()));
        return loop.answer("The decode", sequence, greedy, listener, CancelToken.none())
                .ids();
    }

    private static List<Integer> expected(int length) {
        try (BatchLoop cpu = loop(DecoderExecutorContract.open(pack(), 1))) {
            return answer(cpu, prefill(cpu, length).sequence(), (id, last) -> {});
        }
    }

    private static void isLost(Future<?> request) {
        assertThatThrownBy(request::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(DeviceLostException.class)
                .hasMessageContainingAll("'failing'", "hipErrorLaunchFailure", "new process");
    }

    @Test
    void answersThatShareStepsAreThoseOfTheCpu() {
        List<Integer> ten = expected(10), forty = expected(40);
        try (BatchLoop loop = amd(3);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Sequence first = prefill(loop, 10).sequence(),
                    second = prefill(loop, 40).sequence();
            Future<List<Integer>> one = threads.submit(() -> answer(loop, first, (id, last) -> {}));
            Future<List<Integer>> two = threads.submit(() -> answer(loop, second, (id, last) -> {}));
            assertThat(one).succeedsWithin(Duration.ofSeconds(50)).isEqualTo(ten);
            assertThat(two).succeedsWithin(Duration.ofSeconds(50)).isEqualTo(forty);
        }
    }

    @Test
    void aDeviceThatIsLostFailsAllAndRefusesAtOnce() {
        try (BatchLoop loop = amd(2);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Sequence first = prefill(loop, 10).sequence(),
                    second = prefill(loop, 11).sequence();
            Future<Prefilled> waiting = threads.submit(() -> prefill(loop, 12));
            while (loop.waiting() == 0) Thread.onSpinWait();
            int[] heard = {0};
            Future<?> one = threads.submit(() -> answer(loop, first, (id, last) -> {
                if (++heard[0] != 5) return;
                StubMigraphx.loseDriver("hipDeviceSynchronize", LAUNCH_FAILED);
                StubMigraphx.failRun();
            }));
            isLost(one);
            isLost(threads.submit(() -> answer(loop, second, (id, last) -> {})));
            isLost(waiting);
            assertThatThrownBy(() -> prefill(loop, 13)).isInstanceOf(DeviceLostException.class);
        }
    }

    /** The provider's run is over by then: it is the kernel behind it that fails. */
    @Test
    void aDeviceThatIsLostBehindARunFailsItsAnswer() {
        try (BatchLoop loop = amd(1);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Sequence s = prefill(loop, 10).sequence();
            int[] heard = {0};
            isLost(threads.submit(() -> answer(loop, s, (id, last) -> {
                if (++heard[0] == 5) StubMigraphx.loseDriver("hipModuleLaunchKernel", LAUNCH_FAILED);
            })));
            assertThatThrownBy(() -> prefill(loop, 13)).isInstanceOf(DeviceLostException.class);
        }
    }

    /** Its code for AMD's chips was not tried on any. */
    @Test
    void aKernelThatIsRefusedOrChoosesWronglyIsNotUsed() {
        List<Integer> expected = expected(10);
        for (Runnable fault : List.<Runnable>of(
                StubMigraphx::chooseLowest,
                () -> StubMigraphx.failDriver("hipModuleLoadDataEx", NO_CODE_FOR_CHIP, 0))) {
            fault.run();
            try (BatchLoop loop = amd(2)) {
                assertThat(answer(loop, prefill(loop, 10).sequence(), (id, last) -> {}))
                        .isEqualTo(expected);
            } finally {
                StubMigraphx.resetDriver();
            }
        }
    }

    /** The driver says that the device works, so the step is run again. */
    @Test
    void aRunThatFailsIsNoLoss() {
        List<Integer> expected = expected(10);
        try (BatchLoop loop = amd(2)) {
            Sequence s = prefill(loop, 10).sequence();
            int[] heard = {0};
            assertThat(answer(loop, s, (id, last) -> {
                        if (++heard[0] == 5) StubMigraphx.failRun();
                    }))
                    .isEqualTo(expected);
        }
    }

    @Test
    void closeWaitsForTheRunAndFailsItsRequest() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            BatchLoop loop = amd(1);
            StubMigraphx.holdRun();
            Future<Prefilled> running = threads.submit(() -> prefill(loop, 40));
            StubMigraphx.awaitHeld();
            Future<Prefilled> next = threads.submit(() -> prefill(loop, 10));
            Thread closing = Thread.ofPlatform().start(loop::close);
            while (closing.getState() != Thread.State.WAITING && closing.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            assertThat(running.isDone()).isFalse();
            StubMigraphx.go();
            closing.join();
            assertThatThrownBy(next::get).cause().isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> prefill(loop, 10)).isInstanceOf(IllegalStateException.class);
            assertThat(StubMigraphx.live()).isZero();
        }
    }

    @Test
    void everyCallOfTheDriverMayFailWhenItOpens() {
        for (String function : List.of(
                "hipMalloc",
                "hipHostMalloc",
                "hipStreamCreateWithPriority",
                "hipModuleLoadDataEx",
                "hipModuleGetFunction")) {
            int failures = 0;
            for (boolean opened = false; !opened; ) {
                StubMigraphx.failDriver(function, OUT_OF_MEMORY, failures);
                try (DecoderExecutor executor = FixedShapeExecutorTest.open(pack(), StubMigraphx.provider(), 3)) {
                    assertThat(executor.vocab()).isEqualTo(TinyPack.VOCAB);
                    opened = true;
                } catch (GpuException | OutOfMemoryError e) {
                    assertThat(e.getMessage()).contains("hipErrorOutOfMemory");
                    failures++;
                } finally {
                    StubMigraphx.resetDriver();
                }
                assertThat(StubMigraphx.live()).as(function + " " + failures).isZero();
                assertThat(OrtEnvironment.get().liveHandles())
                        .as(function + " " + failures)
                        .isEmpty();
            }
            assertThat(failures).as(function).isPositive();
        }
    }

    @Test
    void everyAllocationOnTheHostMayFailWhenItOpens() {
        for (Path provider : List.of(StubMigraphx.provider(), StubMigraphx.hostProvider())) {
            int failures = 0;
            for (boolean opened = false; !opened; ) {
                ModelPack pack = pack();
                SessionSettings settings = SessionSettings.cpu(1).on(StubMigraphx.device(provider));
                try (DecoderExecutor executor = DecoderExecutor.open(
                        pack,
                        (ModelPack.Decoder) pack.layout(),
                        settings,
                        GpuSettings.of(PromptLane.BETWEEN_STEPS),
                        3,
                        pack.spec().maxContext(),
                        new LimitedTensors().left(failures))) {
                    assertThat(executor.vocab()).isEqualTo(TinyPack.VOCAB);
                    opened = true;
                } catch (OutOfMemoryError e) {
                    assertThat(e).hasMessage("The test gives no more.").hasNoSuppressedExceptions();
                    failures++;
                }
                assertThat(StubMigraphx.live()).isZero();
                assertThat(OrtEnvironment.get().liveHandles())
                        .as("allocation " + failures)
                        .isEmpty();
            }
            assertThat(failures).isGreaterThan(3);
        }
    }
}
