package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.message.Prompt;
import io.agentopt.runtime.backend.CancelToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerStreamTest {
    private static final Prompt PROMPT = Prompt.EMPTY.user("hello");
    private static final DecodeOptions LONG = DecodeOptions.greedy(700); // more than wait for a slow listener

    @TempDir
    static Path root;

    private static LlmEngine engine;

    @BeforeAll
    static void open() {
        TinyPack tiny = new TinyPack("streams", 1, 16, 2, 1, 16, 16, 1024, true, 3);
        engine = LlmEngine.open(tiny.pack(root), EngineSettings.cpu(1));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static AnswerStream stream(DecodeOptions options, CancelToken cancel) {
        return engine.stream(engine.prefill(PROMPT, cancel), options, cancel);
    }

    private static Generation whole() {
        return engine.generate(PROMPT, LONG, TokenListener.NONE, CancelToken.none());
    }

    @Test
    void tokensTakenOneByOneAreTheAnswer() {
        Generation expected = whole();
        List<Integer> ids = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        try (AnswerStream answer = stream(LONG, CancelToken.none())) {
            while (answer.hasNext()) {
                GeneratedToken token = answer.next();
                assertThat(token.index()).isEqualTo(ids.size());
                ids.add(token.id());
                text.append(token.text());
            }
            assertThatThrownBy(answer::next).isInstanceOf(NoSuchElementException.class);
            assertThat(answer.generation().ids()).isEqualTo(ids).isEqualTo(expected.ids());
            assertThat(answer.generation().text()).isEqualTo(text.toString()).isEqualTo(expected.text());
        }
        assertThat(engine.slotsTaken()).isZero();
    }

    @Test
    void aStreamThatNobodyReadsHoldsUpNobodyElse() {
        Generation expected = whole();
        try (AnswerStream idle = stream(LONG, CancelToken.none())) {
            assertThat(whole().ids()).isEqualTo(expected.ids()); // while the other is paused
            assertThat(idle.generation().ids()).isEqualTo(expected.ids());
        }
    }

    @Test
    void closingCancelsAndGivesTheCacheBack() {
        AnswerStream answer = stream(LONG, CancelToken.none());
        answer.next();
        answer.close();
        answer.close();
        assertThat(engine.slotsTaken()).isZero();
        assertThatThrownBy(answer::hasNext)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        CancelToken cancel = CancelToken.create();
        try (AnswerStream cancelled = stream(LONG, cancel)) {
            cancelled.next();
            cancel.cancel("enough");
            assertThatThrownBy(cancelled::generation).hasMessageContaining("enough");
        }
        assertThat(engine.slotsTaken()).isZero();
    }

    /** Asks for a number of tokens, and then for one after each. */
    private static final class Subscriber implements Flow.Subscriber<GeneratedToken> {
        final List<Integer> ids = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<Void> end = new CompletableFuture<>();
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final int cancelAfter;

        Subscriber(int cancelAfter) {
            this.cancelAfter = cancelAfter;
        }

        @Override
        public void onSubscribe(Flow.Subscription s) {
            subscription.complete(s);
            s.request(3);
        }

        @Override
        public void onNext(GeneratedToken token) {
            ids.add(token.id());
            if (ids.size() == cancelAfter) subscription.join().cancel();
            else if (ids.size() >= 3) subscription.join().request(1);
        }

        @Override
        public void onError(Throwable e) {
            end.completeExceptionally(e);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }
    }

    @Test
    void subscribersGetAnswersOfTheirOwn() throws Exception {
        Generation expected = whole();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Flow.Publisher<GeneratedToken> answers = engine.publisher(PROMPT, LONG, threads);
            List<Subscriber> all = List.of(new Subscriber(-1), new Subscriber(-1), new Subscriber(40));
            all.forEach(answers::subscribe);
            for (Subscriber s : all.subList(0, 2)) {
                s.end.get(30, TimeUnit.SECONDS);
                assertThat(s.ids).isEqualTo(expected.ids());
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            assertThat(all.getLast().ids).isEqualTo(expected.ids().subList(0, 40));
            assertThat(all.getLast().end).isNotDone();
            Subscriber late = new Subscriber(-1);
            answers.subscribe(late);
            assertThat(late.end).isCompletedExceptionally();
        }
        assertThat(engine.slotsTaken()).isZero();
    }

    @Test
    void aRequestForNothingIsAnError() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Throwable> failed = new CompletableFuture<>();
            engine.publisher(PROMPT, LONG, threads).subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription s) {
                    s.request(0);
                }

                @Override
                public void onNext(GeneratedToken token) {
                    failed.complete(new AssertionError("a token that nobody asked for"));
                }

                @Override
                public void onError(Throwable e) {
                    failed.complete(e);
                }

                @Override
                public void onComplete() {}
            });
            assertThat(failed.get(30, TimeUnit.SECONDS)).hasMessageContaining("at least 1");
        }
        assertThat(engine.slotsTaken()).isZero();
    }
}
