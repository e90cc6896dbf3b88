package io.agentopt.runtime.llm.batch;

import static io.agentopt.runtime.llm.batch.BatchLoopTest.NEVER;
import static io.agentopt.runtime.llm.batch.BatchLoopTest.ask;
import static io.agentopt.runtime.llm.batch.BatchLoopTest.greedy;
import static io.agentopt.runtime.llm.batch.BatchLoopTest.loop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.MemoryExhaustedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures that are no answer of ONNX Runtime: of the code around it, of the device, of memory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchLoopFaultsTest {
    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static List<Integer> drain(OngoingAnswer answer) {
        List<Integer> ids = new ArrayList<>();
        for (Optional<Exchange.Token> t = answer.next(); t.isPresent(); t = answer.next())
            ids.add(t.get().id());
        return ids;
    }

    @Test
    void anErrorInASharedStepFailsTheAnswerAtFaultAlone() throws Exception {
        Map<Throwable, Class<? extends Throwable>> thrown = Map.of(
                new StackOverflowError("deep"), LlmException.class,
                new AssertionError("broken"), LlmException.class,
                new OutOfMemoryError("no room for a step"), MemoryExhaustedException.class,
                new IllegalArgumentException("bad"), IllegalArgumentException.class);
        int[] good = {FakeExecutor.VOCAB}, bad = {50, 3}; // the good one's tokens are all 0
        int wrong = FakeExecutor.answer(bad, 20).get(4);
        for (var kind : thrown.entrySet()) {
            FakeExecutor executor = new FakeExecutor(4, 400, 16);
            executor.broken.put(wrong, kind.getKey());
            try (BatchLoop loop = loop(executor, 64);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Sequence a = loop.prefill("a", good, NEVER).sequence();
                Sequence b = loop.prefill("b", bad, NEVER).sequence();
                CountDownLatch held = new CountDownLatch(1), go = new CountDownLatch(1);
                Future<Integer> hold = threads.submit(() -> loop.call(
                        () -> { // both begin in one iteration
                            held.countDown();
                            go.await();
                            return 1;
                        }));
                held.await();
                try (OngoingAnswer fine = loop.begin("The good answer", a, greedy(300), NEVER);
                        OngoingAnswer failing = loop.begin("The bad answer", b, greedy(20), NEVER)) {
                    go.countDown();
                    hold.get();
                    Future<List<Integer>> other = threads.submit(() -> drain(fine));
                    assertThatThrownBy(() -> drain(failing))
                            .isInstanceOf(kind.getValue())
                            .hasMessageContaining(String.valueOf(kind.getKey().getMessage()));
                    assertThat(other.get()).isEqualTo(FakeExecutor.answer(good, 300));
                    assertThat(executor.log).contains("decode [0, 1]", "decode [1]");
                }
                loop.release(a);
                loop.release(b);
                assertThat(ask(loop, bad, 4)).isEqualTo(FakeExecutor.answer(bad, 4)); // the engine goes on
                assertThat(loop.taken()).isZero();
            }
        }
    }

    @Test
    void aRowThatCannotMoveStaysWhereItIs() throws Exception {
        FakeExecutor executor = new FakeExecutor(8, 400, 16);
        executor.noMoves = true;
        try (BatchLoop loop = loop(executor, 64);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < 8; i++)
                sequences.add(loop.prefill("p", Prompts.tokens(5, i), NEVER).sequence());
            for (int i = 1; i < 7; i++) loop.release(sequences.get(i));
            try (OngoingAnswer first = loop.begin("a", sequences.getFirst(), greedy(300), NEVER);
                    OngoingAnswer last = loop.begin("b", sequences.getLast(), greedy(300), NEVER)) {
                Future<List<Integer>> other = threads.submit(() -> drain(first));
                assertThat(drain(last)).isEqualTo(FakeExecutor.answer(Prompts.tokens(5, 7), 300));
                assertThat(other.get()).isEqualTo(FakeExecutor.answer(Prompts.tokens(5, 0), 300));
            }
            assertThat(executor.log).contains("move 7 1");
        }
    }

    /** The device's thread ended and later requests waited forever. */
    @Test
    void aFailureOfNoRequestStopsTheEngineAndEverybodyIsTold() throws Exception {
        FakeExecutor executor = new FakeExecutor(1, 100_000, 16);
        BatchLoop loop = loop(executor, 64);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch started = new CountDownLatch(1);
            Sequence s = loop.prefill("p", new int[] {5}, NEVER).sequence();
            Future<Answer> answer =
                    threads.submit(() -> loop.answer("a", s, greedy(90_000), (id, last) -> started.countDown(), NEVER));
            Future<Prefilled> waiting = threads.submit(() -> loop.prefill("w", new int[] {5}, NEVER));
            started.await();
            executor.dead = true;
            for (Future<?> f : List.of(answer, waiting)) {
                assertThatThrownBy(f::get)
                        .hasCauseInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("The engine of model 'fake' has stopped")
                        .hasMessageContaining("the device is gone");
            }
            assertThatThrownBy(() -> loop.prefill("p", new int[] {5}, NEVER))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has stopped")
                    .hasMessageContaining("Close it and open another.");
            assertThatThrownBy(() -> loop.call(() -> 1)).hasMessageContaining("the device is gone");
            loop.release(s);
            loop.close();
            loop.close();
        }
        assertThat(executor.closed).isTrue();
    }
}
