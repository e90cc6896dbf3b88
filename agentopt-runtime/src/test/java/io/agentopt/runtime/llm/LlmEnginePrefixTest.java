package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import io.agentopt.runtime.llm.prefix.PrefixStatistics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the prefix cache knows, scores and answers are those of an engine that remembers nothing, bit for bit. */
class LlmEnginePrefixTest {
    private static final int CHUNK = 16;
    private static final long BLOCK = CHUNK * 2L * 2 * 2 * 16 * 4;

    @TempDir
    static Path root;

    static ModelPack pack;
    static LlmEngine forgetful;

    @BeforeAll
    static void open() {
        pack = TinyPack.decoder("tiny").pack(root);
        forgetful = open(PrefixSettings.off());
    }

    @AfterAll
    static void closeLeavesNothing() {
        forgetful.close();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    static LlmEngine open(PrefixSettings prefixes) {
        return LlmEngine.open(
                pack, EngineSettings.cpu(1).withPrefillChunk(CHUNK).withPrefixes(prefixes));
    }

    record Answered(float[] scores, Generation made) {}

    static Answered ask(LlmEngine engine, int[] prompt, DecodeOptions options) {
        KvCache cache = engine.prefill(prompt, CancelToken.none());
        float[] scores = engine.scores(cache.sequence());
        return new Answered(scores, engine.decode(cache, options, TokenListener.NONE, CancelToken.none()));
    }

    static void assertEqual(Answered got, Answered expected) {
        assertThat(got.scores()).isEqualTo(expected.scores());
        assertThat(got.made().ids()).isEqualTo(expected.made().ids());
        assertThat(got.made().text()).isEqualTo(expected.made().text());
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }

    private static int[] ids(Generation made) {
        return made.ids().stream().mapToInt(Integer::intValue).toArray();
    }

    private static final DecodeOptions HOT = new DecodeOptions(9, Sampling.seeded(1.2, 5), Set.of());

    @Test
    void aSharedSystemPromptIsReadOnce() {
        int[] system = Prompts.tokens(50, 1); // 3 blocks and 2 tokens
        try (LlmEngine engine = open(PrefixSettings.of(1 << 20))) {
            for (int i = 0; i < 6; i++) {
                int[] prompt = joined(system, Prompts.tokens(3 + 5 * i, 100 + i));
                Answered got = ask(engine, prompt, HOT);
                assertEqual(got, ask(forgetful, prompt, HOT));
                assertThat(got.made().cachedTokens()).isEqualTo(i == 0 ? 0 : 48);
                assertThat(got.made().timing().reused()).isEqualTo(i == 0 ? 0 : 48);
            }
            PrefixStatistics s = engine.prefixes();
            assertThat(s.prompts()).isEqualTo(6);
            assertThat(s.hits()).isEqualTo(5);
            assertThat(s.reusedTokens()).isEqualTo(5 * 48);
            assertThat(s.promptTokens()).isEqualTo(6 * 50 + 6 * 3 + 5 * 15);
            assertThat(s.reuse()).isEqualTo((double) s.reusedTokens() / s.promptTokens());
            assertThat(s.bytes()).isEqualTo(s.blocks() * BLOCK);
            assertThat(s.evicted() + s.refused()).isZero();
        }
    }

    @Test
    void aPromptThatIsKnownWholeStillRunsItsLastChunk() {
        try (LlmEngine engine = open(PrefixSettings.of(1 << 20))) {
            for (int length : new int[] {1, 15, 16, 17, 32, 33, 96}) {
                int[] prompt = Prompts.tokens(length, length);
                Answered alone = ask(forgetful, prompt, HOT);
                assertEqual(ask(engine, prompt, HOT), alone);
                Answered again = ask(engine, prompt, HOT);
                assertEqual(again, alone);
                assertThat(again.made().cachedTokens()).isEqualTo((length - 1) / CHUNK * CHUNK);
            }
        }
    }

    @Test
    void turnsOfAConversationReuseTheEarlierOnes() {
        for (boolean answers : new boolean[] {false, true}) {
            PrefixSettings settings = PrefixSettings.of(1 << 20);
            try (LlmEngine engine = open(answers ? settings.withAnswers() : settings)) {
                int[] talk = Prompts.tokens(20, 3);
                int before = 0;
                for (int turn = 0; turn < 4; turn++) {
                    Answered got = ask(engine, talk, DecodeOptions.greedy(14));
                    Answered alone = ask(forgetful, talk, DecodeOptions.greedy(14));
                    assertThat(got.made().cachedTokens()).isEqualTo(before / CHUNK * CHUNK);
                    if (!answers) assertEqual(got, alone);
                    for (int i = 0; i < TinyPack.VOCAB; i++) {
                        assertThat(got.scores()[i] - alone.scores()[i]).isBetween(-1e-3f, 1e-3f);
                    }
                    // An answer's last token has no keys and values.
                    before = answers ? talk.length + got.made().ids().size() - 1 : talk.length;
                    talk = joined(talk, ids(got.made()), Prompts.tokens(4, turn));
                }
            }
        }
    }

    @Test
    void promptsAtTheSameTimeReadWhatTheyShareOnce() throws Exception {
        try (LlmEngine engine = open(PrefixSettings.of(1 << 20));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int[] system = Prompts.tokens(64, 9);
            List<Callable<Answered>> jobs = new ArrayList<>();
            List<Answered> alone = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int[] prompt = joined(system, Prompts.tokens(1 + i, i));
                DecodeOptions options = new DecodeOptions(20, Sampling.seeded(0.9, i), Set.of());
                alone.add(ask(forgetful, prompt, options));
                jobs.add(() -> ask(engine, prompt, options));
            }
            List<Future<Answered>> together = threads.invokeAll(jobs);
            for (int i = 0; i < 8; i++) assertEqual(together.get(i).get(), alone.get(i));
            assertThat(engine.prefixes().reusedTokens()).isEqualTo(7 * 64);
        }
    }

    @Test
    void evictionKeepsTheBudgetAndTheAnswers() {
        try (LlmEngine engine = open(PrefixSettings.of(5 * BLOCK + 1))) {
            List<int[]> prompts = IntStream.range(0, 7)
                    .mapToObj(i -> joined(Prompts.tokens(17, i % 3), Prompts.tokens(50, i)))
                    .toList();
            for (int round = 0; round < 3; round++) {
                for (int[] prompt : prompts) {
                    assertEqual(ask(engine, prompt, HOT), ask(forgetful, prompt, HOT));
                    assertThat(engine.prefixes().bytes()).isLessThanOrEqualTo(5 * BLOCK);
                }
            }
            assertThat(engine.prefixes().evicted()).isPositive();
            assertThat(engine.prefixes().blocks()).isEqualTo(5);
        }
    }

    @Test
    void aBudgetOfNothingOrOfLessThanABlockIsOff() {
        for (long budget : new long[] {0, BLOCK - 1}) {
            try (LlmEngine engine = open(PrefixSettings.of(budget))) {
                int[] prompt = Prompts.tokens(70, 2);
                for (int i = 0; i < 2; i++) {
                    assertEqual(ask(engine, prompt, HOT), ask(forgetful, prompt, HOT));
                }
                assertThat(engine.prefixes().reusedTokens()).isZero();
                assertThat(engine.prefixes().bytes()).isZero();
            }
        }
    }

    /** A chunk size other than the blocks' would be a defect; any size gives the numbers of that size. */
    @Test
    void anyChunkSizeIsABlockSize() {
        int[] prompt = Prompts.tokens(90, 8);
        for (int chunk : new int[] {1, 7, 64, 200}) {
            EngineSettings settings = EngineSettings.cpu(1).withPrefillChunk(chunk);
            try (LlmEngine known = LlmEngine.open(pack, settings.withPrefixes(PrefixSettings.of(1 << 20)));
                    LlmEngine unknown = LlmEngine.open(pack, settings.withPrefixes(PrefixSettings.off()))) {
                ask(known, prompt, HOT);
                Answered again = ask(known, prompt, HOT);
                assertEqual(again, ask(unknown, prompt, HOT));
                assertThat(again.made().cachedTokens()).isEqualTo(89 / chunk * chunk);
            }
        }
    }

    /** More than one iteration may copy: others would wait for it. */
    @Test
    void aLongKnownBeginningIsCopiedInParts() {
        ModelPack deep = TinyPack.slow("deep").pack(root); // 24.6 kB a position, so 16 MiB are 10 blocks of 64
        EngineSettings settings = EngineSettings.cpu(1);
        try (LlmEngine known = LlmEngine.open(deep, settings.withPrefixes(PrefixSettings.of(1 << 26)));
                LlmEngine unknown = LlmEngine.open(deep, settings.withPrefixes(PrefixSettings.off()))) {
            int[] prompt = Prompts.tokens(800, 8);
            ask(known, prompt, HOT);
            Answered again = ask(known, prompt, HOT);
            assertThat(again.made().cachedTokens()).isEqualTo(768);
            assertEqual(again, ask(unknown, prompt, HOT));
        }
    }
}
