package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Prefill on one engine and decode on another equal one engine, bit for bit. */
@Timeout(60)
class KvHandoverTest {
    private static final CancelToken NEVER = CancelToken.none();

    @TempDir
    static Path root;

    static ModelPack pack;

    @BeforeAll
    static void write() {
        pack = TinyPack.decoder("tiny").pack(root);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    static EngineSettings cpu() {
        return EngineSettings.cpu(1);
    }

    @Test
    void enginesOfDifferentSlotsContextsAndChunksHandOver() {
        EngineSettings small = cpu().withContext(64).withSlots(2, Duration.ofSeconds(30));
        try (LlmEngine from = LlmEngine.open(pack, cpu());
                LlmEngine to = LlmEngine.open(pack, small.withPrefillChunk(5).withPrefixes(PrefixSettings.off()))) {
            for (int length : new int[] {1, 30, 44, 64}) {
                int[] prompt = Prompts.tokens(length, length);
                KvCache cache = from.prefill(prompt, NEVER);
                float[] scores = from.scores(cache.sequence());
                DecodeOptions options = new DecodeOptions(Math.min(20, 65 - length), Sampling.seeded(1, 2), Set.of());
                KvCache moved = cache.transferTo(to);
                assertThat(to.scores(moved.sequence())).isEqualTo(scores);
                List<Integer> alone = from.decode(from.prefill(prompt, NEVER), options, TokenListener.NONE, NEVER)
                        .ids();
                assertThat(to.decode(moved, options, TokenListener.NONE, NEVER).ids())
                        .isEqualTo(alone);
            }
            try (KvCache longer = from.prefill(Prompts.tokens(65, 1), NEVER)) {
                assertThatThrownBy(() -> longer.transferTo(to))
                        .isInstanceOf(PromptTooLongException.class)
                        .hasMessageContainingAll("65 tokens", "at most 64");
                assertThat(from.decode(longer, DecodeOptions.greedy(2), TokenListener.NONE, NEVER)
                                .ids())
                        .hasSize(2); // still good
            }
            assertThat(from.slotsTaken() + to.slotsTaken()).isZero();
        }
    }

    /** Rows that are being written pass through the decode steps of others, which must not touch them. */
    @Test
    void handoversWhileBothEnginesDecode() throws Exception {
        try (LlmEngine a = LlmEngine.open(pack, cpu());
                LlmEngine b = LlmEngine.open(pack, cpu());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<List<Integer>>> jobs = new ArrayList<>();
            List<List<Integer>> alone = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int[] prompt = Prompts.tokens(5 + 2 * i % 70, 100 + i);
                DecodeOptions options = new DecodeOptions(18, Sampling.seeded(0.9, i), Set.of());
                alone.add(a.decode(a.prefill(prompt, NEVER), options, TokenListener.NONE, NEVER)
                        .ids());
                LlmEngine from = i % 2 == 0 ? a : b, to = i % 3 == 0 ? a : b;
                jobs.add(() -> to.decode(from.prefill(prompt, NEVER).transferTo(to), options, TokenListener.NONE, NEVER)
                        .ids());
            }
            List<List<Integer>> together = new ArrayList<>();
            for (Future<List<Integer>> f : threads.invokeAll(jobs)) together.add(f.get());
            assertThat(together).isEqualTo(alone);
            assertThat(a.slotsTaken() + b.slotsTaken()).isZero();
        }
    }

    /** The thread that copies reads memory which the closing engine frees: an exception, never a crash. */
    @Test
    void closingEitherEngineDuringAHandoverIsAnError() throws Exception {
        ModelPack big = new TinyPack("big", 24, 32, 4, 4, 64, 32, 2048, true, 3).pack(root);
        for (int round = 0; round < 6; round++) {
            LlmEngine from = LlmEngine.open(big, cpu()), to = LlmEngine.open(big, cpu());
            LlmEngine closing = round % 2 == 0 ? from : to;
            CountDownLatch began = new CountDownLatch(1);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Throwable> failed = threads.submit(() -> {
                    try {
                        KvCache cache = from.prefill(Prompts.tokens(300, 1), NEVER);
                        while (true) { // there and back until one is closed
                            began.countDown();
                            cache = cache.transferTo(to).transferTo(from);
                        }
                    } catch (RuntimeException e) {
                        return e;
                    }
                });
                began.await();
                closing.close();
                assertThat(failed.get())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
            } finally {
                from.close();
                to.close();
            }
        }
    }
}
