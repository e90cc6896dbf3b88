package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.error.CacheExhaustedException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlmEngineTest {
    @TempDir
    static Path root;

    static ModelPack pack;
    static LlmEngine engine;

    @BeforeAll
    static void open() {
        pack = TinyPack.decoder("tiny").pack(root);
        engine = LlmEngine.open(pack, EngineSettings.cpu(1));
    }

    @AfterAll
    static void closeLeavesNothing() {
        engine.close();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    static Generation generate(LlmEngine on, int[] prompt, DecodeOptions options) {
        return on.decode(on.prefill(prompt, CancelToken.none()), options, TokenListener.NONE, CancelToken.none());
    }

    @Test
    void scoresOfAllPositionsAndOfTheLastAloneGiveTheSameTokens() {
        try (LlmEngine last =
                LlmEngine.open(TinyPack.decoder("last2").lastPositionOnly().pack(root), EngineSettings.cpu(1))) {
            int[] prompt = Prompts.tokens(17, 4);
            assertThat(generate(last, prompt, DecodeOptions.greedy(30)).ids())
                    .isEqualTo(
                            generate(engine, prompt, DecodeOptions.greedy(30)).ids());
        }
    }

    @Test
    void aTransferredCacheDecodesToTheSameTokens() {
        try (LlmEngine other = LlmEngine.open(pack, EngineSettings.cpu(2))) {
            for (int length : new int[] {1, 2, 31, 80}) {
                int[] prompt = Prompts.tokens(length, length);
                List<Integer> expected =
                        generate(engine, prompt, DecodeOptions.greedy(16)).ids();
                KvCache moved = engine.prefill(prompt, CancelToken.none()).transferTo(other);
                assertThat(moved.engine()).isSameAs(other);
                assertThat(moved.bytes()).isEqualTo(2L * 2 * 2 * 16 * 4 * length);
                assertThat(other.decode(moved, DecodeOptions.greedy(16), TokenListener.NONE, CancelToken.none())
                                .ids())
                        .isEqualTo(expected);
            }
            assertThat(engine.slotsTaken()).isZero();
            assertThat(other.slotsTaken()).isZero();
        }
    }

    @Test
    void interleavedRequestsEqualOneAtATime() throws Exception {
        List<Callable<List<Integer>>> jobs = new ArrayList<>();
        List<List<Integer>> alone = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int[] prompt = Prompts.tokens(3 + 2 * i, 100 + i);
            DecodeOptions options =
                    new DecodeOptions(20, i % 2 == 0 ? Sampling.greedy() : Sampling.seeded(0.9, i), java.util.Set.of());
            alone.add(generate(engine, prompt, options).ids());
            jobs.add(() -> generate(engine, prompt, options).ids());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<List<Integer>> together = new ArrayList<>();
            for (Future<List<Integer>> f : threads.invokeAll(jobs)) together.add(f.get());
            assertThat(together).isEqualTo(alone);
        }
        assertThat(engine.slotsTaken()).isZero();
    }

    @Test
    void thePiecesOfAStreamMakeTheText() {
        int[] prompt = engine.encode(Prompt.system("Answer.").user("Grüße, wo ist A-1042? 🚚"));
        for (long seed = 0; seed < 20; seed++) {
            StringBuilder heard = new StringBuilder();
            List<Integer> ids = new ArrayList<>();
            DecodeOptions options = new DecodeOptions(30, Sampling.seeded(1.5, seed), java.util.Set.of());
            Generation g = engine.decode(
                    engine.prefill(prompt, CancelToken.none()),
                    options,
                    (index, id, text) -> {
                        assertThat(index).isEqualTo(ids.size());
                        ids.add(id);
                        heard.append(text);
                    },
                    CancelToken.none());
            assertThat(ids).isEqualTo(g.ids());
            assertThat(heard.toString()).isEqualTo(g.text());
            assertThat(g.promptTokens()).isEqualTo(prompt.length);
            assertThat(g.completion().outputTokens()).isEqualTo(g.ids().size());
        }
    }

    @Test
    void anAnswerEndsAtAStopTokenTheLimitOrTheContext() {
        int[] prompt = Prompts.tokens(10, 5);
        Generation free = generate(engine, prompt, DecodeOptions.greedy(12));
        assertThat(free.finish()).isEqualTo(Finish.LENGTH);
        assertThat(free.ids()).hasSize(12);
        assertThat(free.timing().steps()).isEqualTo(11);
        int stop = free.ids().get(4);
        Generation stopped = generate(engine, prompt, new DecodeOptions(12, Sampling.greedy(), java.util.Set.of(stop)));
        assertThat(stopped.finish()).isEqualTo(Finish.STOP);
        assertThat(stopped.ids()).isEqualTo(free.ids().subList(0, free.ids().indexOf(stop) + 1));
        Generation full = generate(engine, Prompts.tokens(96, 6), DecodeOptions.greedy(12));
        assertThat(full.ids())
                .hasSize(1); // the context is full: one token follows from the prompt, none can be appended
        assertThat(generate(engine, Prompts.tokens(90, 6), DecodeOptions.greedy(50))
                        .ids())
                .hasSize(7);
    }

    @Test
    void timesAddUp() {
        Timing t = generate(engine, Prompts.tokens(30, 8), DecodeOptions.greedy(20))
                .timing();
        assertThat(t.prefill()).isPositive().isLessThanOrEqualTo(t.firstToken());
        assertThat(t.runs()).isPositive().isLessThanOrEqualTo(t.decode());
        assertThat(t.perToken()).isEqualTo(t.decode() / 19);
    }

    @Test
    void badPromptsAreRefusedByName() {
        assertThatThrownBy(() -> engine.prefill(new int[0], CancelToken.none()))
                .hasMessageContaining("'tiny' is empty");
        assertThatThrownBy(() -> engine.prefill(Prompts.tokens(97, 1), CancelToken.none()))
                .isInstanceOf(PromptTooLongException.class)
                .hasMessageContaining("97 tokens")
                .hasMessageContaining("'tiny' takes at most 96");
        assertThatThrownBy(() -> engine.prefill(new int[] {TinyPack.VOCAB}, CancelToken.none()))
                .hasMessageContaining("token 263")
                .hasMessageContaining("0 to 262");
        assertThatThrownBy(() -> engine.prefill(new int[] {-1}, CancelToken.none()))
                .hasMessageContaining("token -1");
    }

    @Test
    void aCacheServesOnce() {
        KvCache spent = engine.prefill(Prompts.tokens(5, 1), CancelToken.none());
        engine.decode(spent, DecodeOptions.greedy(2), TokenListener.NONE, CancelToken.none());
        assertThatThrownBy(() -> engine.decode(spent, DecodeOptions.greedy(2), TokenListener.NONE, CancelToken.none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("decoded, transferred or closed already");
        spent.close();
        spent.close();
        KvCache closed = engine.prefill(Prompts.tokens(5, 1), CancelToken.none());
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.transferTo(engine)).isInstanceOf(IllegalStateException.class);
        assertThat(engine.slotsTaken()).isZero();
    }

    @Test
    void aCacheFitsOnlyItsModelAndItsEngine() {
        TinyPack wider = new TinyPack("wider", 2, 32, 4, 4, 16, 48, 96, false, 1);
        try (LlmEngine other = LlmEngine.open(wider.pack(root), EngineSettings.cpu(1));
                KvCache cache = engine.prefill(Prompts.tokens(5, 1), CancelToken.none())) {
            assertThatThrownBy(() -> cache.transferTo(other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'tiny'")
                    .hasMessageContaining("'wider'");
            assertThatThrownBy(
                            () -> other.decode(cache, DecodeOptions.greedy(1), TokenListener.NONE, CancelToken.none()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("transferTo");
            assertThat(engine.decode(cache, DecodeOptions.greedy(3), TokenListener.NONE, CancelToken.none())
                            .ids())
                    .hasSize(3); // still good
        }
        assertThat(engine.slotsTaken()).isZero();
    }

    @Test
    void slotsRunOutWithAClearErrorAndComeBack() {
        try (LlmEngine small = LlmEngine.open(pack, EngineSettings.cpu(1).withSlots(1, Duration.ZERO))) {
            KvCache only = small.prefill(Prompts.tokens(5, 1), CancelToken.none());
            assertThatThrownBy(() -> small.prefill(Prompts.tokens(5, 1), CancelToken.none()))
                    .isInstanceOf(CacheExhaustedException.class)
                    .hasMessageContaining("All 1 KV cache slots of model 'tiny'");
            KvCache elsewhere = engine.prefill(Prompts.tokens(5, 1), CancelToken.none());
            assertThatThrownBy(() -> elsewhere.transferTo(small)).isInstanceOf(CacheExhaustedException.class);
            only.close();
            try (KvCache moved = elsewhere.transferTo(small)) { // the failed transfer left it usable
                assertThat(moved.length()).isEqualTo(5);
            }
        }
    }

    @Test
    void whatAListenerThrowsEndsTheDecode() {
        for (Throwable thrown : List.of(new IllegalArgumentException("enough"), new AssertionError("enough"))) {
            KvCache cache = engine.prefill(Prompts.tokens(5, 1), CancelToken.none());
            assertThatThrownBy(() -> engine.decode(
                            cache,
                            DecodeOptions.greedy(50),
                            (i, id, text) -> {
                                if (i == 3 && thrown instanceof RuntimeException e) throw e;
                                if (i == 3 && thrown instanceof Error e) throw e;
                            },
                            CancelToken.none()))
                    .isSameAs(thrown);
            assertThat(engine.slotsTaken()).isZero();
        }
    }
}
