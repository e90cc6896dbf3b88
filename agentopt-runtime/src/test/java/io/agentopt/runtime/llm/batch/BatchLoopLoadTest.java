package io.agentopt.runtime.llm.batch;

import static io.agentopt.runtime.llm.batch.BatchLoopTest.NEVER;
import static io.agentopt.runtime.llm.batch.BatchLoopTest.greedy;
import static io.agentopt.runtime.llm.batch.BatchLoopTest.loop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.Prompts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many more requests than rows: short and long, some given up, some with listeners that do not listen. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchLoopLoadTest {
    private static final int REQUESTS = 200, ROWS = 8, CHUNK = 16, FIRST = 10_000;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private enum Kind {
        PLAIN,
        CANCELLED_IN_LINE,
        CANCELLED_IN_PROMPT,
        CANCELLED_BY_LISTENER,
        DEAF;

        static Kind of(int i) {
            if (i % 50 == 5) return DEAF;
            return switch (i % 20) {
                case 3 -> CANCELLED_IN_LINE;
                case 9 -> CANCELLED_IN_PROMPT;
                case 7, 17 -> CANCELLED_BY_LISTENER;
                default -> PLAIN;
            };
        }
    }

    private static int[] prompt(int i) {
        int[] tokens = Prompts.tokens(1 + i * 37 % 300, i);
        tokens[0] = FIRST + i;
        return tokens;
    }

    private static int tokens(int i) {
        return Kind.of(i) == Kind.CANCELLED_BY_LISTENER ? 60 : 4 + i * 13 % 40; // 60: more than what may lie ready
    }

    @Test
    void everybodyEndsAndRowsAreGivenInTheOrderOfArrival() throws Exception {
        FakeExecutor executor = new FakeExecutor(ROWS, 400, ROWS);
        CancelToken[] cancels = new CancelToken[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) cancels[i] = CancelToken.create();
        executor.onPrefill = (first, to) -> {
            int i = first - FIRST;
            if (i >= 0 && Kind.of(i) == Kind.CANCELLED_IN_PROMPT) cancels[i].cancel("its prompt is too long");
        };
        CountDownLatch othersAreDone = new CountDownLatch(1);
        List<Future<List<Integer>>> answers = new ArrayList<>();
        try (BatchLoop loop = loop(executor, CHUNK);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Sequence> first = new ArrayList<>(); // hold all rows until everybody is in line
            for (int i = 0; i < ROWS; i++)
                first.add(loop.prefill("p", new int[] {5}, NEVER).sequence());
            for (int i = 0; i < REQUESTS; i++) {
                int number = i;
                answers.add(threads.submit(() -> answer(loop, number, cancels[number], othersAreDone)));
                while (loop.waiting() <= i) Thread.onSpinWait();
            }
            int gone = 0;
            for (int i = 0; i < REQUESTS; i++) {
                if (Kind.of(i) != Kind.CANCELLED_IN_LINE) continue;
                cancels[i].cancel("its user left");
                gone++;
            }
            while (loop.waiting() > REQUESTS - gone) Thread.onSpinWait();
            executor.begun.clear();
            executor.log.clear();
            first.forEach(loop::release);
            try {
                for (int i = 0; i < REQUESTS; i++) if (Kind.of(i) != Kind.DEAF) check(i, answers.get(i));
            } finally {
                othersAreDone.countDown(); // those who did not listen held their rows, and nobody else up
            }
            for (int i = 0; i < REQUESTS; i++) if (Kind.of(i) == Kind.DEAF) check(i, answers.get(i));
            assertThat(loop.taken()).isZero();
            assertThat(loop.waiting()).isZero();
        }
        List<Integer> inTurn = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) if (Kind.of(i) != Kind.CANCELLED_IN_LINE) inTurn.add(FIRST + i);
        assertThat(executor.begun).isEqualTo(inTurn);
        assertThat(longestWaitBetweenChunks(executor.log)).isLessThan(ROWS);
    }

    private static List<Integer> answer(BatchLoop loop, int i, CancelToken cancel, CountDownLatch othersAreDone) {
        Sequence s = loop.prefill("The prefill", prompt(i), cancel).sequence();
        try {
            int[] heard = {0};
            return loop.answer(
                            "The decode",
                            s,
                            greedy(tokens(i)),
                            (id, last) -> {
                                if (Kind.of(i) == Kind.DEAF && heard[0] == 0) await(othersAreDone);
                                if (Kind.of(i) == Kind.CANCELLED_BY_LISTENER && heard[0] == 2) cancel.cancel("enough");
                                heard[0]++;
                            },
                            cancel)
                    .ids();
        } finally {
            loop.release(s);
        }
    }

    private static void check(int i, Future<List<Integer>> answer) throws Exception {
        switch (Kind.of(i)) {
            case PLAIN, DEAF -> assertThat(answer.get()).isEqualTo(FakeExecutor.answer(prompt(i), tokens(i)));
            case CANCELLED_IN_LINE -> cancelled(answer, "its user left");
            case CANCELLED_IN_PROMPT -> cancelled(answer, "its prompt is too long");
            case CANCELLED_BY_LISTENER -> cancelled(answer, "enough");
        }
    }

    private static void cancelled(Future<List<Integer>> answer, String why) {
        assertThatThrownBy(answer::get)
                .hasCauseInstanceOf(CancelledException.class)
                .hasMessageContaining(why);
    }

    /** {@return most chunks of others between two neighbouring chunks of one prompt} */
    private static int longestWaitBetweenChunks(List<String> log) {
        Map<String, Integer> last = new HashMap<>(); // by row: number of its last chunk
        int longest = 0, chunk = 0;
        for (String line : log) {
            if (!line.startsWith("prefill ")) continue;
            String[] words = line.split(" ", -1);
            if (!words[2].startsWith("0.."))
                longest = Math.max(longest, chunk - last.getOrDefault(words[1], chunk) - 1);
            last.put(words[1], chunk++);
        }
        return longest;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
