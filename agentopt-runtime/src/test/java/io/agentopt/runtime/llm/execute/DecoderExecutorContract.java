package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.kv.KvBlock;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every executor does, over each way that its models are wired. */
abstract class DecoderExecutorContract {
    @TempDir
    static Path root;

    /** {@return models of {@link TinyPack#decoder}'s weights, which this executor runs} */
    abstract List<ModelPack> variants();

    static DecoderExecutor open(ModelPack pack, int rows) {
        return DecoderExecutor.open(
                pack,
                (ModelPack.Decoder) pack.layout(),
                SessionSettings.cpu(1),
                rows,
                pack.spec().maxContext());
    }

    private void each(int rows, BiConsumer<DecoderExecutor, OrtRunOptions> test) {
        for (ModelPack pack : variants()) {
            try (DecoderExecutor executor = open(pack, rows);
                    OrtRunOptions run = OrtRunOptions.create()) {
                test.accept(executor, run);
            } catch (AssertionError e) {
                throw new AssertionError("With " + pack.id() + ": " + e.getMessage(), e);
            }
        }
    }

    static float[] scores(DecoderExecutor executor, int row) {
        return executor.scores(row).toArray(JAVA_FLOAT);
    }

    static float difference(float[] a, float[] b) {
        float largest = 0;
        for (int i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
        return largest;
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    /** The slow twin: every step recomputes the whole text in another row. */
    @Test
    void appendingEqualsRunningTheWholeTextAgain() {
        each(2, (executor, run) -> {
            int[] text = Prompts.tokens(60, 1);
            executor.prefill(0, text, 0, 20, run);
            for (int n = 20; n < text.length; n++) {
                executor.decode(new DecodeStep(new int[] {0}, new int[] {text[n]}, new int[] {n}), run);
                float[] cached = scores(executor, 0);
                executor.prefill(1, text, 0, n + 1, run);
                assertThat(difference(cached, scores(executor, 1)))
                        .as("position %d", n)
                        .isLessThan(1e-3f);
            }
            assertThat(difference(scores(executor, 1), new float[TinyPack.VOCAB]))
                    .isGreaterThan(0.1f);
        });
    }

    /** Whatever the wiring, it is the same model. */
    @Test
    void scoresAreThoseOfTheReference() {
        int[] text = Prompts.tokens(60, 5);
        List<float[]> expected = new ArrayList<>();
        try (DecoderExecutor reference = open(TinyPack.decoder("reference").pack(root), 1);
                OrtRunOptions run = OrtRunOptions.create()) {
            for (int n = 1; n <= text.length; n++) {
                reference.prefill(0, text, 0, n, run);
                expected.add(scores(reference, 0));
            }
        }
        each(3, (executor, run) -> {
            executor.prefill(2, text, 0, 1, run);
            executor.prefill(2, text, 1, 2, run);
            executor.prefill(2, text, 2, 30, run);
            assertThat(difference(scores(executor, 2), expected.get(29))).isLessThan(1e-3f);
            for (int n = 30; n < text.length; n++) {
                executor.decode(new DecodeStep(new int[] {2}, new int[] {text[n]}, new int[] {0, 0, n}), run);
                assertThat(difference(scores(executor, 2), expected.get(n)))
                        .as("position %d", n)
                        .isLessThan(1e-3f);
            }
        });
    }

    /** A request takes a row that an earlier, longer one left, or goes on from a shorter part of it. */
    @Test
    void whatARowHeldBeforeDoesNotCount() {
        each(2, (executor, run) -> {
            int[] old = Prompts.tokens(90, 2), text = Prompts.tokens(30, 6);
            executor.prefill(0, old, 0, 90, run);
            executor.prefill(0, text, 0, 30, run);
            executor.prefill(1, text, 0, 30, run);
            assertThat(scores(executor, 0)).isEqualTo(scores(executor, 1));
            executor.decode(new DecodeStep(new int[] {0, 1}, new int[] {7, 8}, new int[] {30, 30}), run);
            executor.decode(new DecodeStep(new int[] {0, 1}, new int[] {9, 9}, new int[] {30, 30}), run);
            assertThat(scores(executor, 0)).isEqualTo(scores(executor, 1));
        });
    }

    @Test
    void aPromptInChunksEqualsAPromptAtOnce() {
        each(2, (executor, run) -> {
            int[] text = Prompts.tokens(50, 3);
            executor.prefill(0, text, 0, 50, run);
            for (int at = 0; at < 50; at += 16) executor.prefill(1, text, at, Math.min(50, at + 16), run);
            assertThat(difference(scores(executor, 0), scores(executor, 1))).isLessThan(1e-4f);
        });
    }

    /** Several prompts in one run: scores, caches and what follows are bit for bit those of each filled alone; other rows stay. */
    @Test
    void promptsFilledTogetherAreThoseFilledAlone() {
        each(6, (executor, run) -> {
            PromptSharing sharing = executor.promptSharing();
            if (sharing == PromptSharing.NONE) {
                assertThatThrownBy(() -> executor.prefill(0, List.of(new int[] {1}), run))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("one prompt at a time");
                return;
            }
            int[] lengths = sharing == PromptSharing.ANY_LENGTHS ? new int[] {9, 16, 1} : new int[] {13, 13, 13};
            List<int[]> texts = new ArrayList<>();
            float[][] alone = new float[3][], next = new float[3][];
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment[] caches = new MemorySegment[3];
                for (int i = 0; i < 3; i++) {
                    texts.add(Prompts.tokens(lengths[i], i));
                    executor.prefill(5, texts.get(i), 0, lengths[i], run);
                    alone[i] = scores(executor, 5);
                    caches[i] = whole(executor.kv(), 5, lengths[i], arena);
                    int[] held = {0, 0, 0, 0, 0, lengths[i]};
                    executor.decode(new DecodeStep(new int[] {5}, new int[] {70 + i}, held), run);
                    next[i] = scores(executor, 5);
                }
                int[] parked = Prompts.tokens(20, 8);
                for (int row : List.of(0, 4)) executor.prefill(row, parked, 0, 20, run);
                MemorySegment before = whole(executor.kv(), 0, 20, arena);
                for (int row = 1; row < 4; row++) executor.prefill(row, Prompts.tokens(96, 9), 0, 96, run);
                executor.prefill(1, texts, run);
                for (int i = 0; i < 3; i++) {
                    assertThat(scores(executor, 1 + i)).isEqualTo(alone[i]);
                    assertThat(whole(executor.kv(), 1 + i, lengths[i], arena).mismatch(caches[i]))
                            .isEqualTo(-1);
                }
                int[] held = {20, lengths[0], lengths[1], lengths[2], 20};
                executor.decode(new DecodeStep(new int[] {1, 2, 3}, new int[] {70, 71, 72}, held), run);
                for (int i = 0; i < 3; i++) assertThat(scores(executor, 1 + i)).isEqualTo(next[i]);
                for (int row : List.of(0, 4)) {
                    assertThat(whole(executor.kv(), row, 20, arena).mismatch(before))
                            .isEqualTo(-1);
                }
            }
            refuses(executor, run);
        });
    }

    private static void refuses(DecoderExecutor executor, OrtRunOptions run) {
        List<List<int[]>> wrong = new ArrayList<>(List.of(
                List.of(), List.of(new int[0]), List.of(Prompts.tokens(50, 1), Prompts.tokens(50, 2)))); // 96 at most
        if (executor.promptSharing() == PromptSharing.EQUAL_LENGTHS) wrong.add(List.of(new int[3], new int[4]));
        for (List<int[]> prompts : wrong) {
            assertThatThrownBy(() -> executor.prefill(0, prompts, run))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot share a run");
        }
    }

    @Test
    void aStepWritesItsPositionsAlone() {
        each(3, (executor, run) -> {
            try (Arena arena = Arena.ofConfined()) {
                int[] text = Prompts.tokens(10, 3);
                for (int row = 0; row < 3; row++) executor.prefill(row, text, 0, 10, run);
                KvRows kv = executor.kv();
                MemorySegment before = whole(kv, 0, 10, arena);
                executor.decode(new DecodeStep(new int[] {0, 2}, new int[] {'x', 'y'}, new int[] {10, 10, 10}), run);
                for (int row = 0; row < 3; row++) {
                    assertThat(whole(kv, row, 10, arena).mismatch(before)).isEqualTo(-1);
                }
                float[] appended = read(kv, 0, 10, 11, arena).toArray(JAVA_FLOAT);
                for (float x : appended) assertThat(x).isNotZero();
            }
        });
    }

    private static MemorySegment whole(KvRows kv, int row, int positions, Arena arena) {
        return read(kv, row, 0, positions, arena);
    }

    private static MemorySegment read(KvRows kv, int row, int from, int to, Arena arena) {
        MemorySegment packed = arena.allocate((to - from) * kv.shape().bytesPerPosition());
        kv.read(row, from, to, packed);
        return packed;
    }

    /** Rows of different lengths, gaps of free, parked and full rows: each row's scores are bit for bit those of a run alone. */
    @Test
    void rowsInOneStepDoNotSeeEachOther() {
        each(6, (executor, run) -> {
            int[] lengths = {5, 96, 0, 31, 12, 1}; // row 1 is full, row 2 is free, row 4 is parked
            int[][] texts = new int[6][];
            float[][] alone = new float[6][];
            for (int row : List.of(0, 3, 5)) {
                texts[row] = Prompts.tokens(lengths[row], row);
                executor.prefill(0, texts[row], 0, lengths[row], run);
                executor.decode(new DecodeStep(new int[] {0}, new int[] {row + 70}, new int[] {lengths[row]}), run);
                alone[row] = scores(executor, 0);
            }
            int[] full = Prompts.tokens(96, 9), parked = Prompts.tokens(12, 4);
            for (int row : List.of(0, 3, 5)) executor.prefill(row, texts[row], 0, lengths[row], run);
            executor.prefill(1, full, 0, 96, run);
            executor.prefill(4, parked, 0, 12, run);
            float[] ofFull = scores(executor, 1), ofParked = scores(executor, 4);
            executor.decode(new DecodeStep(new int[] {0, 3, 5}, new int[] {70, 73, 75}, lengths), run);
            for (int row : List.of(0, 3, 5)) assertThat(scores(executor, row)).isEqualTo(alone[row]);
            assertThat(scores(executor, 1)).isEqualTo(ofFull);
            assertThat(scores(executor, 4)).isEqualTo(ofParked);
            executor.prefill(2, full, 0, 96, run); // what the others hold is as before
            try (Arena arena = Arena.ofConfined()) {
                assertThat(whole(executor.kv(), 1, 96, arena).mismatch(whole(executor.kv(), 2, 96, arena)))
                        .isEqualTo(-1);
                executor.prefill(2, parked, 0, 12, run);
                assertThat(whole(executor.kv(), 4, 12, arena).mismatch(whole(executor.kv(), 2, 12, arena)))
                        .isEqualTo(-1);
            }
        });
    }

    @Test
    void movedAndSavedPositionsGoOnAsIfNothingHadHappened() {
        each(4, (executor, run) -> {
            int[] text = Prompts.tokens(40, 7);
            executor.prefill(3, text, 0, 40, run);
            executor.kv().move(3, 0, 40);
            try (KvBlock block = executor.kv().save(3, 8, 40)) {
                assertThat(block.positions()).isEqualTo(32);
                assertThat(block.bytes()).isEqualTo(32 * executor.kv().shape().bytesPerPosition());
                executor.prefill(1, text, 0, 8, run);
                executor.kv().restore(block, 1, 8);
            }
            int[] held = {40, 40, 0, 40};
            executor.decode(new DecodeStep(new int[] {0, 1, 3}, new int[] {5, 5, 5}, held), run);
            assertThat(scores(executor, 0)).isEqualTo(scores(executor, 3));
            assertThat(difference(scores(executor, 1), scores(executor, 3))).isLessThan(1e-4f); // 8 positions alone
        });
    }

    @Test
    void theHighestScoreIsTheFirstOfEqualsAndNotNumbersAreTold() {
        each(1, (executor, run) -> {
            float[] values = new float[TinyPack.VOCAB];
            Arrays.fill(values, Float.NEGATIVE_INFINITY);
            assertThat(best(executor, values)).isEqualTo(-1);
            values[7] = values[9] = 3;
            assertThat(best(executor, values)).isEqualTo(7);
            values[200] = Float.NaN;
            assertThat(best(executor, values)).isEqualTo(-1);
            values[200] = Float.POSITIVE_INFINITY;
            assertThat(best(executor, values)).isEqualTo(-1);
        });
    }

    private static int best(DecoderExecutor executor, float[] values) {
        executor.scores(0, MemorySegment.ofArray(values));
        return executor.best(0);
    }
}
