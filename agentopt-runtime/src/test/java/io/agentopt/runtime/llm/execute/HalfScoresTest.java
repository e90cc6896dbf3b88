package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that write their scores as float16, on the CPU and by the executor of GPUs: the scores are those of float32, rounded. */
class HalfScoresTest {
    @TempDir
    static Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static void compare(DecoderExecutor half, DecoderExecutor full, int row, String when) {
        float[] expected = full.scores(row).toArray(JAVA_FLOAT);
        for (int i = 0; i < expected.length; i++) expected[i] = Float.float16ToFloat(Float.floatToFloat16(expected[i]));
        assertThat(half.scores(row).toArray(JAVA_FLOAT)).as(when).isEqualTo(expected);
        assertThat(half.best(row))
                .as(when)
                .isEqualTo(HighestScore.of(MemorySegment.ofArray(expected), expected.length));
    }

    /** Prompts in two chunks, then steps of some rows and of all. */
    private static void run(IntFunction<DecoderExecutor> halves, IntFunction<DecoderExecutor> fulls) {
        int rows = 3;
        try (DecoderExecutor ours = halves.apply(rows);
                DecoderExecutor theirs = fulls.apply(rows);
                OrtRunOptions run = OrtRunOptions.create()) {
            int[] held = new int[rows];
            for (int row = 0; row < rows; row++) {
                int n = 6 + row;
                for (DecoderExecutor e : List.of(ours, theirs)) {
                    e.prefill(row, Prompts.tokens(n, row), 0, 4, run);
                    e.prefill(row, Prompts.tokens(n, row), 4, n, run);
                }
                held[row] = n;
                compare(ours, theirs, row, "prompt of row " + row);
            }
            for (int[] asked : List.of(new int[] {0, 2}, new int[] {0, 1, 2}, new int[] {1})) {
                int[] tokens = Arrays.stream(asked).map(r -> 20 + r).toArray();
                for (DecoderExecutor e : List.of(ours, theirs)) e.decode(new DecodeStep(asked, tokens, held), run);
                for (int row : asked) {
                    held[row]++;
                    compare(ours, theirs, row, "step of row " + row);
                }
            }
            ours.scores(0, theirs.scores(1));
            assertThat(ours.best(0)).isEqualTo(theirs.best(1));
        }
    }

    @Test
    void processorsWidenThem() {
        for (TinyPack tiny : List.of(
                TinyPack.decoder("all"),
                TinyPack.decoder("last").lastPositionOnly(),
                TinyPack.decoder("lengths").withLengths())) {
            ModelPack half = tiny.withHalfScores().pack(root.resolve("half"));
            ModelPack full = tiny.pack(root.resolve("full"));
            run(n -> DecoderExecutorContract.open(half, n), n -> DecoderExecutorContract.open(full, n));
        }
    }

    @Test
    void gpusWidenThem() {
        TinyPack tiny = TinyPack.decoder("lengths").withLengths();
        ModelPack half = tiny.withHalfScores().pack(root.resolve("half"));
        ModelPack full = tiny.pack(root.resolve("full"));
        for (PromptLane lane : PromptLane.values()) {
            run(n -> CudaExecutorTest.open(half, lane, n), n -> CudaExecutorTest.open(full, lane, n));
        }
    }
}
