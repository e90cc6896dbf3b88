package io.agentopt.runtime.llm.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.llm.execute.PromptSharing;
import io.agentopt.runtime.llm.prefix.PrefixTree;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShortPromptsTest {
    private final FakeExecutor executor = new FakeExecutor(8, 400, 16);

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    /** {@return prompts' sequences, all of which were in line when the first was taken, in this order} */
    private static List<Future<Prefilled>> atOnce(
            BatchLoop loop, ExecutorService threads, CancelToken token, int[]... prompts) throws Exception {
        CountDownLatch held = new CountDownLatch(1), go = new CountDownLatch(1);
        Future<Integer> hold = threads.submit(() -> loop.call(() -> {
            held.countDown();
            go.await();
            return 0;
        }));
        held.await();
        List<Future<Prefilled>> asked = new ArrayList<>();
        for (int[] p : prompts) {
            FutureTask<Prefilled> task = new FutureTask<>(() -> loop.prefill("The prefill", p, token));
            Thread asker = Thread.ofPlatform().start(task);
            while (asker.getState() != Thread.State.TIMED_WAITING)
                Thread.onSpinWait(); // it awaits the end: it is in line
            asked.add(task);
        }
        go.countDown();
        hold.get();
        return asked;
    }

    private static int[] prompt(int first, int length) {
        int[] tokens = new int[length];
        java.util.Arrays.fill(tokens, 1);
        tokens[0] = first;
        return tokens;
    }

    private List<String> fills() {
        return executor.log.stream()
                .filter(l -> l.startsWith("together") || l.startsWith("prefill"))
                .toList();
    }

    @Test
    void promptsInLineShareRunsUpToAChunk() throws Exception {
        executor.sharing = PromptSharing.ANY_LENGTHS;
        try (BatchLoop loop = BatchLoopTest.loop(executor, 10);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int[][] prompts = {prompt(2, 3), prompt(3, 2), prompt(4, 3), prompt(5, 2), prompt(6, 12), prompt(7, 1)};
            List<Future<Prefilled>> asked = atOnce(loop, threads, BatchLoopTest.NEVER, prompts);
            for (int i = 0; i < prompts.length; i++) {
                Sequence s = asked.get(i).get().sequence();
                assertThat(s.tokens()).isEqualTo(prompts[i]);
                assertThat(loop.answer("a", s, BatchLoopTest.greedy(9), (id, last) -> {}, BatchLoopTest.NEVER)
                                .ids())
                        .isEqualTo(FakeExecutor.answer(prompts[i], 9));
                loop.release(s);
            }
            // Four of three are more than ten; the long one and what is less than half of another go alone.
            assertThat(fills())
                    .containsExactly(
                            "together 0 [3, 2, 3]",
                            "prefill 3 0..2",
                            "prefill 4 0..10",
                            "prefill 5 0..1",
                            "prefill 4 10..12");
        }
    }

    @Test
    void modelsThatScoreTheLastPositionAloneShareRunsOfOneLength() throws Exception {
        executor.sharing = PromptSharing.EQUAL_LENGTHS;
        try (BatchLoop loop = BatchLoopTest.loop(executor, 10);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int[][] prompts = {prompt(2, 3), prompt(3, 3), prompt(4, 2), prompt(5, 2)};
            for (Future<Prefilled> f : atOnce(loop, threads, BatchLoopTest.NEVER, prompts)) f.get();
            assertThat(fills()).containsExactly("together 0 [3, 3]", "together 2 [2, 2]");
        }
    }

    @Test
    void whatFailsTogetherFailsAlone() throws Exception {
        executor.sharing = PromptSharing.ANY_LENGTHS;
        executor.poison.add(50);
        try (BatchLoop loop = BatchLoopTest.loop(executor, 10);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int[][] prompts = {prompt(2, 3), prompt(50, 3), prompt(4, 3)};
            List<Future<Prefilled>> asked = atOnce(loop, threads, BatchLoopTest.NEVER, prompts);
            for (int i : List.of(0, 2)) {
                Sequence s = asked.get(i).get().sequence();
                assertThat(loop.answer("a", s, BatchLoopTest.greedy(9), (id, last) -> {}, BatchLoopTest.NEVER)
                                .ids())
                        .isEqualTo(FakeExecutor.answer(prompts[i], 9));
                loop.release(s);
            }
            assertThatThrownBy(() -> asked.get(1).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(OrtException.class);
            assertThat(fills())
                    .containsExactly("together 0 [3, 3, 3]", "prefill 0 0..3", "prefill 1 0..3", "prefill 2 0..3");
            assertThat(loop.taken()).isZero();
        }
    }

    @Test
    void promptsThatAreCancelledMeanwhileGiveTheirRowsBack() throws Exception {
        executor.sharing = PromptSharing.ANY_LENGTHS;
        CancelToken token = CancelToken.create();
        executor.onPrefill = (first, to) -> token.cancel("enough");
        try (BatchLoop loop = BatchLoopTest.loop(executor, 10);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Prefilled> f : atOnce(loop, threads, token, prompt(2, 3), prompt(3, 3))) {
                assertThatThrownBy(f::get).hasCauseInstanceOf(CancelledException.class);
            }
            assertThat(loop.taken()).isZero();
            executor.onPrefill = (first, to) -> {};
            assertThat(BatchLoopTest.ask(loop, prompt(5, 3), 9)).isEqualTo(FakeExecutor.answer(prompt(5, 3), 9));
        }
    }

    @Test
    void theyAreCountedByThePrefixCache() throws Exception {
        executor.sharing = PromptSharing.EQUAL_LENGTHS;
        PrefixTree tree = new PrefixTree(10, 1 << 20, false);
        try (BatchLoop loop = BatchLoopTest.loop(executor, tree);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Prefilled> f : atOnce(loop, threads, BatchLoopTest.NEVER, prompt(2, 5), prompt(3, 5))) f.get();
            assertThat(fills()).containsExactly("together 0 [5, 5]");
            assertThat(tree.statistics().prompts()).isEqualTo(2);
            assertThat(tree.statistics().promptTokens()).isEqualTo(10);
        }
    }
}
