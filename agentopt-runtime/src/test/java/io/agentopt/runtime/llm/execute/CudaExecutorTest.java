package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.StubLibrary;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.kv.KvBlock;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The executor of GPUs, on the CPU's provider and a driver without a GPU, against the CPU's executor. */
class CudaExecutorTest {
    @TempDir
    static Path root;

    static ModelPack tiny() {
        return TinyPack.decoder("lengths").withLengths().pack(root);
    }

    static CudaExecutor open(ModelPack pack, int rows) {
        return open(pack, PromptLane.BETWEEN_STEPS, rows);
    }

    static CudaExecutor open(ModelPack pack, PromptLane lane, int rows) {
        return open(pack, GpuSettings.of(lane), rows, 0);
    }

    static CudaExecutor open(ModelPack pack, PromptLane lane, int rows, int device) {
        return open(pack, GpuSettings.of(lane), rows, device);
    }

    static CudaExecutor open(ModelPack pack, GpuSettings settings, int rows) {
        return open(pack, settings, rows, 0);
    }

    static CudaExecutor open(ModelPack pack, GpuSettings settings, int rows, int device) {
        GpuDriver driver = ((GpuDriver.Opened) GpuDriver.open(GpuApi.CUDA, StubLibrary.driver())).driver();
        return CudaExecutor.open(
                pack,
                (ModelPack.Decoder) pack.layout(),
                SessionSettings.cpu(1),
                settings,
                new CudaDevice(driver, device, Optional.empty()),
                rows,
                pack.spec().maxContext());
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    static float[] scores(DecoderExecutor executor, int row) {
        return executor.scores(row).toArray(JAVA_FLOAT);
    }

    /** Prompts of several lengths, then steps of changing sets of rows, each choosing the best. */
    @Test
    void itChoosesWhatTheCpuChooses() {
        ModelPack pack = tiny();
        SplittableRandom random = new SplittableRandom(9);
        int rows = 6;
        try (CudaExecutor gpu = open(pack, rows);
                DecoderExecutor cpu = DecoderExecutorContract.open(pack, rows);
                OrtRunOptions run = OrtRunOptions.create()) {
            int[] held = new int[rows], next = new int[rows];
            for (int row = 0; row < rows; row++) {
                int n = 3 + random.nextInt(30);
                int[] text = Prompts.tokens(n, row);
                for (DecoderExecutor e : new DecoderExecutor[] {gpu, cpu}) {
                    e.prefill(row, text, 0, n / 2, run);
                    e.prefill(row, text, n / 2, n, run);
                }
                held[row] = n;
                assertThat(InPlaceExecutorTest.difference(scores(gpu, row), scores(cpu, row)))
                        .isLessThan(1e-4f);
                next[row] = gpu.best(row);
                assertThat(next[row]).isEqualTo(cpu.best(row));
            }
            for (int step = 0; step < 40; step++) {
                int[] asked = random.ints(0, rows)
                        .distinct()
                        .limit(1 + random.nextInt(rows))
                        .sorted()
                        .toArray();
                int[] tokens = Arrays.stream(asked).map(r -> next[r]).toArray();
                gpu.decode(new DecodeStep(asked, tokens, held), run);
                cpu.decode(new DecodeStep(asked, tokens, held), run);
                for (int row : asked) {
                    held[row]++;
                    assertThat(InPlaceExecutorTest.difference(scores(gpu, row), scores(cpu, row)))
                            .isLessThan(1e-4f);
                    next[row] = gpu.best(row);
                    assertThat(next[row]).isEqualTo(cpu.best(row));
                }
            }
        }
    }

    /** Steps that were begun ahead are asked for, or others are: other tokens, other rows, a new text in one of them, a moved row. */
    @Test
    void whatIsBegunAheadDoesNotShow() {
        ModelPack pack = tiny();
        SplittableRandom random = new SplittableRandom(10);
        int rows = 4, context = pack.spec().maxContext();
        try (CudaExecutor gpu = open(pack, rows);
                DecoderExecutor cpu = DecoderExecutorContract.open(pack, rows);
                OrtRunOptions run = OrtRunOptions.create()) {
            DecoderExecutor[] both = {gpu, cpu};
            int[] held = new int[rows], next = new int[rows], asked = {0, 1, 2, 3};
            for (int row = 0; row < rows; row++) anew(both, row, held, next, 4 + row, run);
            for (int step = 0; step < 150; step++) {
                switch (random.nextInt(8)) {
                    case 0 -> next[random.nextInt(rows)] = random.nextInt(30);
                    case 1 -> {
                        int row = random.nextInt(rows); // as long as what was there, or not
                        anew(both, row, held, next, random.nextBoolean() ? held[row] : 3 + random.nextInt(9), run);
                    }
                    case 2 ->
                        asked = random.ints(0, rows)
                                .distinct()
                                .limit(1 + random.nextInt(rows))
                                .sorted()
                                .toArray();
                    case 3 -> {
                        int from = random.nextInt(rows), to = random.nextInt(rows);
                        for (DecoderExecutor e : both) e.kv().move(from, to, held[from]);
                        held[to] = held[from];
                        next[to] = next[from];
                    }
                    default -> {}
                }
                for (int row : asked) if (held[row] == context) anew(both, row, held, next, 5, run);
                int[] tokens = Arrays.stream(asked).map(r -> next[r]).toArray();
                gpu.decode(new DecodeStep(asked, tokens, held, random.nextInt(5) > 0), run);
                cpu.decode(new DecodeStep(asked, tokens, held), run);
                for (int row : asked) {
                    held[row]++;
                    if (step % 3 == 0) {
                        assertThat(InPlaceExecutorTest.difference(scores(gpu, row), scores(cpu, row)))
                                .isLessThan(1e-4f);
                    }
                    next[row] = gpu.best(row);
                    assertThat(next[row]).as("step " + step + " row " + row).isEqualTo(cpu.best(row));
                }
            }
        }
    }

    private static void anew(DecoderExecutor[] both, int row, int[] held, int[] next, int length, OrtRunOptions run) {
        int[] text = Prompts.tokens(length, row + length);
        for (DecoderExecutor e : both) e.prefill(row, text, 0, length, run);
        held[row] = length;
        next[row] = both[0].best(row);
        assertThat(next[row]).isEqualTo(both[1].best(row));
    }

    /** A step of row 2 covers the full row 0 as well. */
    @Test
    void aFullRowSurvivesTheStepsOfOthers() {
        ModelPack pack = tiny();
        int context = pack.spec().maxContext();
        try (CudaExecutor gpu = open(pack, 4);
                OrtRunOptions run = OrtRunOptions.create();
                Arena arena = Arena.ofConfined()) {
            int[] text = Prompts.tokens(context, 5);
            gpu.prefill(0, text, 0, context, run);
            gpu.prefill(2, text, 0, 10, run);
            MemorySegment before = arena.allocate(context * gpu.kv().shape().bytesPerPosition());
            MemorySegment after = arena.allocate(before.byteSize());
            gpu.kv().read(0, 0, context, before);
            gpu.decode(new DecodeStep(new int[] {2}, new int[] {7}, new int[] {context, 0, 10, 0}), run);
            gpu.kv().read(0, 0, context, after);
            assertThat(after.mismatch(before)).isEqualTo(-1);
        }
    }

    @Test
    void cachesTravel() {
        ModelPack pack = tiny();
        try (CudaExecutor gpu = open(pack, 3);
                DecoderExecutor cpu = DecoderExecutorContract.open(pack, 1);
                OrtRunOptions run = OrtRunOptions.create();
                Arena arena = Arena.ofConfined()) {
            int[] text = Prompts.tokens(40, 6);
            cpu.prefill(0, text, 0, 40, run);
            KvRows kv = gpu.kv();
            MemorySegment packed = arena.allocate(40 * kv.shape().bytesPerPosition());
            MemorySegment back = arena.allocate(packed.byteSize());
            cpu.kv().read(0, 0, 40, packed);
            kv.write(1, 0, 40, packed);
            gpu.scores(1, cpu.scores(0));
            assertThat(gpu.best(1)).isEqualTo(cpu.best(0));
            kv.read(1, 0, 40, back);
            assertThat(back.mismatch(packed)).isEqualTo(-1);
            kv.move(1, 2, 40);
            try (KvBlock block = kv.save(2, 10, 30)) {
                kv.write(2, 10, 20, arena.allocate(20 * kv.shape().bytesPerPosition()));
                kv.restore(block, 2, 10);
            }
            back.fill((byte) 0);
            kv.read(2, 0, 40, back);
            assertThat(back.mismatch(packed)).isEqualTo(-1);
            gpu.decode(new DecodeStep(new int[] {2}, new int[] {9}, new int[] {0, 40, 40}), run);
            cpu.decode(new DecodeStep(new int[] {0}, new int[] {9}, new int[] {40}), run);
            assertThat(gpu.best(2)).isEqualTo(cpu.best(0));
        }
    }

    /** Widths of 1, 2, 4 and all 6 rows, two slots each; late, a step captures its own and that of the step it begins ahead. */
    @Test
    void graphsAreCapturedAtOpeningOrWhenAStepNeedsThem() {
        ModelPack pack = tiny();
        int[] best = new int[2];
        for (GpuSettings settings :
                List.of(GpuSettings.standard(), GpuSettings.standard().capturingLate())) {
            try (CudaExecutor gpu = open(pack, settings, 6);
                    OrtRunOptions run = OrtRunOptions.create()) {
                assertThat(gpu.graphs()).isEqualTo(settings.captureAtOpen() ? 8 : 0);
                gpu.prefill(0, Prompts.tokens(9, 3), 0, 9, run);
                gpu.decode(new DecodeStep(new int[] {0}, new int[] {gpu.best(0)}, new int[] {9}, true), run);
                assertThat(gpu.graphs()).isEqualTo(settings.captureAtOpen() ? 8 : 2);
                best[settings.captureAtOpen() ? 0 : 1] = gpu.best(0);
            }
        }
        assertThat(best[0]).isEqualTo(best[1]);
    }

    /** Lengths in the mask's place change nothing. */
    @Test
    void lengthsSayWhatAMaskSays() {
        ModelPack masked = TinyPack.decoder("masked").lastPositionOnly().pack(root);
        try (DecoderExecutor lengths = DecoderExecutorContract.open(tiny(), 2);
                DecoderExecutor mask = DecoderExecutorContract.open(masked, 2);
                OrtRunOptions run = OrtRunOptions.create()) {
            int[] text = Prompts.tokens(20, 8);
            for (DecoderExecutor e : new DecoderExecutor[] {lengths, mask}) {
                e.prefill(0, text, 0, 20, run);
                e.prefill(1, text, 0, 5, run);
                e.decode(new DecodeStep(new int[] {0, 1}, new int[] {3, 4}, new int[] {20, 5}), run);
            }
            assertThat(scores(lengths, 0)).isEqualTo(scores(mask, 0));
            assertThat(scores(lengths, 1)).isEqualTo(scores(mask, 1));
        }
    }
}
