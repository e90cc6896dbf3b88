package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.NamedProvider;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.StubMigraphx;
import io.agentopt.runtime.llm.ExportPack;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.kv.DeviceKv;
import io.agentopt.runtime.llm.kv.HostKv;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decoders on a stub of AMD's provider, whose programs compute on the CPU, and a stub of HIP, against the CPU's executor. */
class FixedShapeExecutorTest {
    static final String DRIVER = "agentopt.rocm.driver";

    @TempDir
    static Path root;

    @BeforeEach
    void hip() {
        System.setProperty(DRIVER, StubMigraphx.driver().toString());
    }

    @AfterEach
    void nothingIsLeft() {
        System.clearProperty(DRIVER);
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
        assertThat(StubMigraphx.live()).isZero();
    }

    static ModelPack tiny() {
        return TinyPack.decoder("lengths").withLengths().pack(root);
    }

    static DecoderExecutor open(ModelPack pack, Path provider, int rows) {
        return DecoderExecutor.open(
                pack,
                (ModelPack.Decoder) pack.layout(),
                SessionSettings.cpu(1).on(StubMigraphx.device(provider)),
                rows,
                pack.spec().maxContext());
    }

    private static float difference(DecoderExecutor a, DecoderExecutor b, int row) {
        return difference(a, row, b, row);
    }

    private static float difference(DecoderExecutor a, int row, DecoderExecutor b, int other) {
        return InPlaceExecutorTest.difference(
                a.scores(row).toArray(JAVA_FLOAT), b.scores(other).toArray(JAVA_FLOAT));
    }

    @Test
    void memorySaysWhereCachesLie() {
        try (DecoderExecutor device = open(tiny(), StubMigraphx.provider(), 2);
                DecoderExecutor host = open(tiny(), StubMigraphx.hostProvider(), 2);
                OrtMemory memory = OrtMemory.of(StubMigraphx.device(StubMigraphx.provider()))) {
            assertThat(device).isInstanceOf(FixedShapeExecutor.class);
            assertThat(host).isInstanceOf(FixedShapeExecutor.class);
            assertThat(device.kv()).isInstanceOf(DeviceKv.class);
            assertThat(host.kv()).isInstanceOf(HostKv.class);
            assertThat(memory.vendorId()).isEqualTo(0x1002);
            assertThat(memory.device()).isZero();
            assertThat(memory).hasToString("memory Hip:0");
        }
        assertThat(OrtMemory.find(StubMigraphx.device(StubMigraphx.hostProvider())))
                .isEmpty();
        assertThat(FixedShapeExecutor.suits(new NamedProvider("MIGraphX", Map.of())))
                .isTrue();
        assertThat(FixedShapeExecutor.suits(new NamedProvider("OpenVINO", Map.of())))
                .isFalse();
    }

    /** Prompts of several lengths, whole and in parts, then steps of changing sets of rows, on caches of both kinds. */
    @Test
    void itChoosesWhatTheCpuChoosesWithThreePrograms() {
        for (Path provider : List.of(StubMigraphx.provider(), StubMigraphx.hostProvider())) {
            ModelPack pack = tiny();
            SplittableRandom random = new SplittableRandom(9);
            int rows = 5, context = pack.spec().maxContext(), before = StubMigraphx.programs(provider);
            try (DecoderExecutor amd = open(pack, provider, rows);
                    DecoderExecutor cpu = DecoderExecutorContract.open(pack, rows);
                    OrtRunOptions run = OrtRunOptions.create()) {
                assertThat(StubMigraphx.programs(provider) - before).isEqualTo(3);
                int[] held = new int[rows], next = new int[rows];
                for (int row = 0; row < rows; row++) {
                    int n = row == 3 ? context : 3 + random.nextInt(40);
                    int[] text = Prompts.tokens(n, row);
                    for (DecoderExecutor e : List.of(amd, cpu)) {
                        if (row % 2 == 0) e.prefill(row, text, 0, n / 2, run);
                        e.prefill(row, text, row % 2 == 0 ? n / 2 : 0, n, run);
                    }
                    held[row] = n;
                    assertThat(difference(amd, cpu, row)).isLessThan(1e-4f);
                    next[row] = cpu.best(row);
                    assertThat(amd.best(row)).isEqualTo(next[row]);
                }
                for (int step = 0; step < 40; step++) {
                    int[] asked = random.ints(0, rows)
                            .filter(r -> held[r] < context)
                            .distinct()
                            .limit(1 + random.nextInt(rows - 1))
                            .sorted()
                            .toArray();
                    int[] tokens = Arrays.stream(asked).map(r -> next[r]).toArray();
                    DecodeStep wanted = new DecodeStep(asked, tokens, held, random.nextBoolean());
                    amd.decode(wanted, run);
                    cpu.decode(wanted, run);
                    for (int row : asked) {
                        held[row]++;
                        assertThat(difference(amd, cpu, row)).isLessThan(1e-4f);
                        next[row] = cpu.best(row);
                        assertThat(amd.best(row)).isEqualTo(next[row]);
                    }
                }
                assertThat(StubMigraphx.programs(provider) - before).isEqualTo(3);
            }
        }
    }

    /** Every step covers the full row 0 as well. */
    @Test
    void aFullRowSurvivesTheStepsOfOthers() {
        ModelPack pack = tiny();
        int context = pack.spec().maxContext();
        for (Path provider : List.of(StubMigraphx.provider(), StubMigraphx.hostProvider())) {
            try (DecoderExecutor amd = open(pack, provider, 3);
                    OrtRunOptions run = OrtRunOptions.create();
                    Arena arena = Arena.ofConfined()) {
                amd.prefill(0, Prompts.tokens(context, 5), 0, context, run);
                amd.prefill(1, Prompts.tokens(10, 5), 0, 10, run);
                MemorySegment before = arena.allocate(context * amd.kv().shape().bytesPerPosition());
                MemorySegment after = arena.allocate(before.byteSize());
                amd.kv().read(0, 0, context, before);
                amd.decode(new DecodeStep(new int[] {1}, new int[] {7}, new int[] {context, 10}), run);
                amd.kv().read(0, 0, context, after);
                assertThat(after.mismatch(before)).isEqualTo(-1);
            }
        }
    }

    @Test
    void cachesTravelFromTheCpu() {
        ModelPack pack = tiny();
        try (DecoderExecutor amd = open(pack, StubMigraphx.provider(), 3);
                DecoderExecutor cpu = DecoderExecutorContract.open(pack, 1);
                OrtRunOptions run = OrtRunOptions.create();
                Arena arena = Arena.ofConfined()) {
            int[] text = Prompts.tokens(40, 6);
            cpu.prefill(0, text, 0, 40, run);
            MemorySegment packed = arena.allocate(40 * amd.kv().shape().bytesPerPosition());
            cpu.kv().read(0, 0, 40, packed);
            amd.kv().write(1, 0, 40, packed);
            amd.kv().move(1, 2, 40);
            amd.scores(2, cpu.scores(0));
            assertThat(amd.best(2)).isEqualTo(cpu.best(0));
            amd.decode(new DecodeStep(new int[] {2}, new int[] {9}, new int[] {0, 40, 40}), run);
            cpu.decode(new DecodeStep(new int[] {0}, new int[] {9}, new int[] {40}), run);
            assertThat(difference(amd, 2, cpu, 0)).isLessThan(1e-4f);
        }
    }

    @Test
    void aModelWhoseShapesGrowIsRefusedWithAWayOut() {
        for (ModelPack pack :
                List.of(TinyPack.decoder("masked").pack(root), ExportPack.pack(root, ExportPack.Style.CONCAT))) {
            assertThatThrownBy(() -> open(pack, StubMigraphx.provider(), 2))
                    .isInstanceOf(ModelPackException.class)
                    .hasMessageContainingAll(pack.id(), "fixed shapes", "onnx.lastPositions", "on the CPU");
        }
    }

    @Test
    void aProgramThatCannotBeMadeSaysWhich() {
        StubMigraphx.failRun();
        assertThatThrownBy(() -> open(tiny(), StubMigraphx.provider(), 2))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("'lengths'", "steps of 2 rows", "HIP failure 719", "smaller context");
    }

    @Test
    void aDriverThatIsNotThereSaysSo() {
        System.setProperty(DRIVER, "/nowhere/libamdhip64.so");
        assertThatThrownBy(() -> open(tiny(), StubMigraphx.provider(), 2))
                .isInstanceOf(OrtException.class)
                .hasMessageContainingAll("AMD driver", "/nowhere/libamdhip64.so");
    }

    /** Else a session would run on the first card, whatever card its memory is on. */
    @Test
    void sessionsRunOnTheCardOfTheCaches() {
        EpDevice first = StubMigraphx.device(StubMigraphx.provider());
        for (int card : new int[] {0, 1}) {
            for (EpDevice said : List.of(first, first.with(Map.of("device_id", "7")))) {
                SessionSettings settings = SessionSettings.cpu(1).on(said);
                try (CudaDevice device = CudaDevice.of(first, GpuApi.HIP, card)) {
                    assertThat(FixedShapeExecutor.onCardOf(device, said, settings)
                                    .device()
                                    .orElseThrow()
                                    .options()
                                    .getOrDefault("device_id", "0"))
                            .isEqualTo(Integer.toString(card));
                }
            }
        }
    }

    @Test
    void promptsHaveOneOfTwoWidths() {
        assertThat(FixedShapeExecutor.widths(4096)).containsExactly(1024, 4096);
        assertThat(FixedShapeExecutor.widths(96)).containsExactly(32, 96);
        assertThat(FixedShapeExecutor.widths(17)).containsExactly(16, 17);
        assertThat(FixedShapeExecutor.widths(16)).containsExactly(16);
        assertThat(FixedShapeExecutor.widths(1)).containsExactly(1);
    }
}
