package io.agentopt.runtime.llm.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.MemoryExhaustedException;
import io.agentopt.runtime.llm.prefix.PrefixTree;
import io.agentopt.runtime.llm.sample.Sampler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchLoopTest {
    static final CancelToken NEVER = CancelToken.none();

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    static BatchLoop loop(FakeExecutor executor, int chunk) {
        return new BatchLoop("fake", executor, new BatchSettings(chunk, Duration.ofSeconds(50), 8), PrefixCache.NONE);
    }

    static BatchLoop loop(FakeExecutor executor, PrefixTree tree) {
        return new BatchLoop("fake", executor, new BatchSettings(10, Duration.ofSeconds(50), 8), tree);
    }

    static AnswerSpec greedy(int tokens) {
        return new AnswerSpec(tokens, Set.of(), new Sampler(Sampling.greedy()));
    }

    static List<Integer> ask(BatchLoop loop, int[] prompt, int tokens) {
        Sequence s = loop.prefill("The prefill", prompt, NEVER).sequence();
        try {
            return loop.answer("The decode", s, greedy(tokens), (id, last) -> {}, NEVER)
                    .ids();
        } finally {
            loop.release(s);
        }
    }

    @Test
    void manyAnswersAtOnceAreEachTheirOwn() throws Exception {
        for (int widest : new int[] {1, 3, 16}) {
            FakeExecutor executor = new FakeExecutor(6, 200, widest);
            try (BatchLoop loop = loop(executor, 7);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<List<Integer>>> jobs = new ArrayList<>();
                List<List<Integer>> expected = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    int[] prompt = Prompts.tokens(1 + 3 * i % 60, i);
                    int tokens = 1 + 7 * i % 50;
                    expected.add(FakeExecutor.answer(prompt, tokens));
                    jobs.add(() -> ask(loop, prompt, tokens));
                }
                List<List<Integer>> got = new ArrayList<>();
                for (Future<List<Integer>> f : threads.invokeAll(jobs)) got.add(f.get());
                assertThat(got).isEqualTo(expected);
                assertThat(loop.taken()).isZero();
                assertThat(loop.waiting()).isZero();
            }
            assertThat(executor.closed).isTrue();
        }
    }

    @Test
    void answersShareStepsAndGapsBetweenTheirRowsAreClosed() throws Exception {
        FakeExecutor executor = new FakeExecutor(8, 400, 16);
        try (BatchLoop loop = loop(executor, 64);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                sequences.add(loop.prefill("p", Prompts.tokens(5, i), NEVER).sequence());
            }
            for (int i = 1; i < 7; i++) loop.release(sequences.get(i));
            Future<List<Integer>> first =
                    threads.submit(() -> loop.answer("a", sequences.getFirst(), greedy(300), (id, last) -> {}, NEVER)
                            .ids());
            List<Integer> second = loop.answer("b", sequences.getLast(), greedy(300), (id, last) -> {}, NEVER)
                    .ids();
            assertThat(first.get()).isEqualTo(FakeExecutor.answer(Prompts.tokens(5, 0), 300));
            assertThat(second).isEqualTo(FakeExecutor.answer(Prompts.tokens(5, 7), 300));
            if (executor.log.contains("decode [0, 7]")) { // they met
                assertThat(executor.log).contains("move 7 1");
            }
        }
    }

    @Test
    void promptsTakeTurnsChunkByChunkAndChunksDoNotDependOnTheLoad() throws Exception {
        FakeExecutor executor = new FakeExecutor(4, 400, 16);
        try (BatchLoop loop = loop(executor, 10);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch go = new CountDownLatch(1);
            Future<Integer> hold = threads.submit(() -> loop.call(
                    () -> { // both prompts wait behind this
                        go.await();
                        return 1;
                    }));
            Future<Prefilled> a = threads.submit(() -> loop.prefill("a", Prompts.tokens(35, 1), NEVER));
            Future<Prefilled> b = threads.submit(() -> loop.prefill("b", Prompts.tokens(12, 2), NEVER));
            go.countDown();
            hold.get();
            int rowA = a.get().sequence().row(), rowB = b.get().sequence().row();
            assertThat(executor.log.stream().filter(l -> l.startsWith("prefill " + rowA)))
                    .containsExactly(
                            "prefill " + rowA + " 0..10",
                            "prefill " + rowA + " 10..20",
                            "prefill " + rowA + " 20..30",
                            "prefill " + rowA + " 30..35");
            assertThat(executor.log.stream().filter(l -> l.startsWith("prefill " + rowB)))
                    .containsExactly("prefill " + rowB + " 0..10", "prefill " + rowB + " 10..12");
        }
    }

    @Test
    void theRequestAtFaultFailsAlone() throws Exception {
        FakeExecutor executor = new FakeExecutor(4, 400, 16);
        try (BatchLoop loop = loop(executor, 64);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int[] good = {FakeExecutor.VOCAB}, bad = {50, 3}; // the good one's tokens are all 0
            List<Integer> ofGood = FakeExecutor.answer(good, 300);
            int wrong = FakeExecutor.answer(bad, 20).get(4);
            assertThat(ofGood).doesNotContain(wrong);
            executor.poison.add(wrong);
            Future<List<Integer>> other = threads.submit(() -> ask(loop, good, 300));
            assertThatThrownBy(() -> ask(loop, bad, 20))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("poison");
            assertThat(other.get()).isEqualTo(ofGood);
            executor.poison.clear();
            executor.unnumbered.add(wrong);
            assertThatThrownBy(() -> ask(loop, bad, 20))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("The model 'fake', at position")
                    .hasMessageContaining("scored token 3 with NaN");
            assertThat(loop.taken()).isZero();
            executor.poison.add(7);
            assertThatThrownBy(() -> loop.prefill("The prefill", new int[] {7}, NEVER))
                    .isInstanceOf(OrtException.class);
            assertThat(loop.taken()).isZero();
        }
    }

    @Test
    void aSlowListenerPausesItsAnswerAlone() throws Exception {
        FakeExecutor executor = new FakeExecutor(4, 400, 16);
        try (BatchLoop loop = loop(executor, 64);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch otherIsDone = new CountDownLatch(1);
            int[] heard = {0};
            Sequence slow = loop.prefill("p", new int[] {5}, NEVER).sequence();
            Future<Answer> paused = threads.submit(() -> loop.answer(
                    "slow",
                    slow,
                    greedy(200),
                    (id, last) -> {
                        if (heard[0]++ == 0) await(otherIsDone);
                    },
                    NEVER));
            assertThat(ask(loop, new int[] {9}, 300)).isEqualTo(FakeExecutor.answer(new int[] {9}, 300));
            int appended = loop.call(slow::held) - 1;
            assertThat(appended)
                    .isLessThanOrEqualTo(8 + 1); // what the buffer holds, and the one in the listener's hands
            otherIsDone.countDown();
            assertThat(paused.get().ids()).isEqualTo(FakeExecutor.answer(new int[] {5}, 200));
            assertThat(heard[0]).isEqualTo(200);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCancelledAnswerLeavesTheOthers() throws Exception {
        FakeExecutor executor = new FakeExecutor(4, 2000, 16);
        try (BatchLoop loop = loop(executor, 64);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<Integer>> other = threads.submit(() -> ask(loop, new int[] {9}, 1500));
            Sequence s = loop.prefill("p", new int[] {5}, NEVER).sequence();
            CancelToken token = CancelToken.create();
            assertThatThrownBy(() ->
                            loop.answer("The decode", s, greedy(1900), (id, last) -> token.cancel("enough"), token))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("enough");
            loop.release(s);
            assertThat(other.get()).isEqualTo(FakeExecutor.answer(new int[] {9}, 1500));
            assertThat(loop.taken()).isZero();
        }
    }

    @Test
    void closingFailsWhatIsNotFinished() throws Exception {
        FakeExecutor executor = new FakeExecutor(1, 100_000, 16);
        BatchLoop loop = loop(executor, 64);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch started = new CountDownLatch(1);
            Sequence s = loop.prefill("p", new int[] {5}, NEVER).sequence();
            Future<Answer> answer =
                    threads.submit(() -> loop.answer("a", s, greedy(90_000), (id, last) -> started.countDown(), NEVER));
            Future<Prefilled> waiting = threads.submit(() -> loop.prefill("w", new int[] {5}, NEVER));
            started.await();
            loop.close();
            for (Future<?> f : List.of(answer, waiting)) {
                assertThatThrownBy(f::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("The engine of model 'fake' is closed");
            }
            loop.release(s);
            loop.close();
            assertThatThrownBy(() -> loop.prefill("p", new int[] {5}, NEVER)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(executor.closed).isTrue();
    }

    /** Each prompt copies what another has computed since, so what they share is computed once, whoever comes first. */
    @Test
    void promptsAtTheSameTimeComputeWhatTheyShareOnce() throws Exception {
        FakeExecutor executor = new FakeExecutor(6, 200, 16);
        PrefixTree tree = new PrefixTree(10, 1 << 20, false);
        try (BatchLoop loop = loop(executor, tree);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch go = new CountDownLatch(1);
            Future<Integer> first = threads.submit(() -> loop.call(
                    () -> { // all wait behind this
                        go.await();
                        return 0;
                    }));
            List<Future<List<Integer>>> asked = new ArrayList<>();
            int[][] prompts = new int[5][];
            for (int i = 0; i < 5; i++) {
                int[] prompt = Prompts.tokens(44, 1);
                prompt[43] = i;
                prompts[i] = prompt;
                asked.add(threads.submit(() -> ask(loop, prompt, 6)));
            }
            go.countDown();
            assertThat(first.get()).isZero();
            for (int i = 0; i < 5; i++) assertThat(asked.get(i).get()).isEqualTo(FakeExecutor.answer(prompts[i], 6));
            assertThat(executor.log.stream().filter(l -> l.startsWith("prefill")))
                    .hasSize(4 + 5); // what is shared, and the end of each
            assertThat(executor.log.stream().filter(l -> l.startsWith("save"))).hasSize(4);
        }
        assertThat(executor.blocks).hasValue(0);
    }

    @Test
    void aCacheThatCannotKeepOrCopyFailsNoRequest() {
        FakeExecutor executor = new FakeExecutor(3, 200, 16);
        PrefixTree tree = new PrefixTree(10, 1 << 20, true);
        int[] prompt = Prompts.tokens(35, 1);
        try (BatchLoop loop = loop(executor, tree)) {
            executor.noMemory = true;
            for (int i = 0; i < 2; i++) assertThat(ask(loop, prompt, 9)).isEqualTo(FakeExecutor.answer(prompt, 9));
            assertThat(tree.statistics().refused()).isPositive();
            assertThat(tree.statistics().blocks()).isZero();
            executor.noMemory = false;
            assertThat(ask(loop, prompt, 9)).isEqualTo(FakeExecutor.answer(prompt, 9));
            assertThat(tree.statistics().blocks()).isEqualTo(4); // 35 of the prompt, 8 of the answer
            executor.noCopies = true;
            assertThat(ask(loop, prompt, 9)).isEqualTo(FakeExecutor.answer(prompt, 9));
            assertThat(tree.statistics().reusedTokens()).isZero();
            executor.noCopies = false;
            assertThat(ask(loop, prompt, 9)).isEqualTo(FakeExecutor.answer(prompt, 9));
            assertThat(tree.statistics().reusedTokens()).isEqualTo(30);
        }
        assertThat(executor.blocks).hasValue(0);
    }

    @Test
    void aPromptThatFindsNoMemoryFailsAlone() throws Exception {
        FakeExecutor executor = new FakeExecutor(4, 400, 16);
        executor.noRoom.add(500);
        try (BatchLoop loop = loop(executor, 10);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int[] good = Prompts.tokens(25, 3), bad = Prompts.tokens(25, 4);
            bad[20] = 500;
            Future<List<Integer>> other = threads.submit(() -> ask(loop, good, 200));
            assertThatThrownBy(() -> loop.prefill("The prefill of 25 tokens", bad, NEVER))
                    .isInstanceOf(MemoryExhaustedException.class)
                    .hasMessageContainingAll("The prefill of 25 tokens ran out of memory", "no room", "fewer slots");
            assertThat(other.get()).isEqualTo(FakeExecutor.answer(good, 200));
            assertThat(loop.taken()).isZero();
        }
    }

    /** Tables that are not host memory: layer by layer through a buffer, between iterations. */
    @Test
    void aSequenceMovesToAnotherDevice() {
        FakeExecutor here = new FakeExecutor(3, 200, 16), there = new FakeExecutor(2, 90, 16);
        BatchLoop to = loop(there, 7);
        try (BatchLoop from = loop(here, 10)) {
            int[] prompt = Prompts.tokens(64, 1);
            Sequence theirs = from.prefill("p", prompt, NEVER).sequence();
            Sequence ours = Handover.copy("The copy", from, theirs, to, NEVER);
            from.release(theirs);
            assertThat(to.answer("a", ours, greedy(20), (id, last) -> {}, NEVER).ids())
                    .isEqualTo(FakeExecutor.answer(prompt, 20));
            to.release(ours);
            assertThat(to.taken() + from.taken()).isZero();
            Sequence again = from.prefill("p", prompt, NEVER).sequence();
            to.close();
            assertThatThrownBy(() -> Handover.copy("The copy", from, again, to, NEVER))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            from.release(again);
        }
    }
}
