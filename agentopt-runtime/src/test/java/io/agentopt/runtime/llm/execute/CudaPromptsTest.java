package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts that a GPU's executor fills beside decode steps, on a driver without a GPU, against the CPU's executor. */
class CudaPromptsTest {
    @TempDir
    static Path root;

    private static CudaExecutor beside(ModelPack pack, int rows) {
        return CudaExecutorTest.open(pack, PromptLane.BESIDE_STEPS, rows);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    /** Rows 0 and 2 decode while row 1 is filled chunk by chunk, over and over; some prompts fill it to its end. */
    @Test
    void stepsOfOthersGoOnWhileARowIsFilled() {
        ModelPack pack = TinyPack.decoder("beside").withLengths().pack(root);
        int context = pack.spec().maxContext();
        SplittableRandom random = new SplittableRandom(12);
        try (CudaExecutor gpu = beside(pack, 3);
                DecoderExecutor cpu = DecoderExecutorContract.open(pack, 3);
                OrtRunOptions run = OrtRunOptions.create();
                OrtRunOptions fill = OrtRunOptions.create()) {
            DecoderExecutor[] both = {gpu, cpu};
            int[] held = new int[3], next = new int[3], asked = {0, 2};
            for (int round = 0; round < 12; round++) {
                for (int row : asked) {
                    int n = 4 + random.nextInt(10);
                    for (DecoderExecutor e : both) e.prefill(row, Prompts.tokens(n, round + row), 0, n, run);
                    held[row] = n;
                    next[row] = cpu.best(row);
                }
                int length = round % 4 == 0 ? context : 20 + random.nextInt(60);
                int[] text = Prompts.tokens(length, 50 + round);
                held[1] = 0;
                for (int from = 0; from < length; from += 16) {
                    int to = Math.min(length, from + 16);
                    CompletableFuture<Void> filled = gpu.begin(1, text, from, to, fill);
                    cpu.prefill(1, text, from, to, run);
                    held[1] = to;
                    boolean more = true;
                    for (int step = 0; more && held[0] < context && held[2] < context; step++) {
                        int[] tokens = Arrays.stream(asked).map(r -> next[r]).toArray();
                        boolean goesOn = random.nextInt(4) > 0;
                        gpu.decode(new DecodeStep(asked, tokens, held, goesOn), run);
                        cpu.decode(new DecodeStep(asked, tokens, held), run);
                        for (int row : asked) {
                            held[row]++;
                            next[row] = gpu.best(row);
                            assertThat(next[row]).as("round " + round).isEqualTo(cpu.best(row));
                        }
                        more = step < 1 || (!filled.isDone() && step < 4);
                    }
                    filled.join();
                }
                assertThat(gpu.best(1)).isEqualTo(cpu.best(1));
                float[] ours = gpu.scores(1).toArray(JAVA_FLOAT),
                        theirs = cpu.scores(1).toArray(JAVA_FLOAT);
                assertThat(InPlaceExecutorTest.difference(ours, theirs)).isLessThan(1e-4f);
            }
        }
    }

    /** The lane is free for the next prompt, and steps do not notice. */
    @Test
    void aRunThatIsEndedFailsItsPromptAlone() {
        ModelPack pack = TinyPack.decoder("ended").withLengths().pack(root);
        int[] text = Prompts.tokens(30, 4);
        try (CudaExecutor gpu = beside(pack, 2);
                OrtRunOptions run = OrtRunOptions.create();
                OrtRunOptions ended = OrtRunOptions.create()) {
            gpu.prefill(0, text, 0, 20, run);
            ended.terminate();
            CompletableFuture<Void> filled = gpu.begin(1, text, 0, 30, ended);
            assertThatThrownBy(filled::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(OrtException.class);
            gpu.decode(new DecodeStep(new int[] {0}, new int[] {text[20]}, new int[] {20, 30}), run);
            int best = gpu.best(0);
            gpu.begin(1, text, 0, 21, run).join();
            assertThat(gpu.best(1)).isEqualTo(best);
        }
    }
}
