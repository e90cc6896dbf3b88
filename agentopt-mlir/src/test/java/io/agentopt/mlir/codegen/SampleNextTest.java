package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.Sample;
import io.agentopt.kernels.SampleNext;
import io.agentopt.lower.GoldenFiles;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel of {@link SampleNext} that is in the jar. */
@RequiresCodegen
class SampleNextTest {
    private static final Path RESOURCES = Path.of("src/main/resources/io/agentopt/kernels");

    /** It is what its MLIR is lowered to; {@link GoldenFiles} says how to accept a change. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void theCodeIsOfItsSource(int vector) throws IOException {
        GpuCode code = new GpuCompiler(new GpuTarget.Nvidia("sm_80")).kernel(SampleNext.source(vector), "sample");
        assertThat(code.threads()).isEqualTo(SampleNext.THREADS);
        GoldenFiles.check(
                RESOURCES.resolve(SampleNext.file(vector)), new String(code.image(), StandardCharsets.US_ASCII));
    }

    /** Rows of all kinds, with their greedy choice; each k, p and temperature takes another path. The last row has no numbers. */
    @ParameterizedTest
    @CsvSource({"3", "1003", "4096"})
    void itDrawsWhatTheReferenceDraws(int columns) {
        float[] temperature = {5, 1, 0.3f, 1.5f, 1, 0.7f, 0, 0.01f, 1};
        int[] k = {0, 40, 0, columns + 3, 1, 300, 0, 200, 0};
        float[] p = {1, 0.9f, 0.8f, 1, 1, 0.6f, 1, 1e-9f, 1}, least = {0, 0, 0, 0.05f, 0, 0, 0, 0, 0};
        int rows = k.length;
        SplittableRandom random = new SplittableRandom(columns);
        try (Arena arena = Arena.ofConfined()) {
            Buffer logits = Buffer.allocate(arena, ElementType.F32, rows, columns);
            Buffer best = Buffer.allocate(arena, ElementType.I32, rows);
            Buffer next = Buffer.allocate(arena, ElementType.I64, rows);
            for (int r = 0; r < rows; r++) {
                int highest = 0;
                for (int c = 0; c < columns; c++) {
                    logits.setFloat((long) r * columns + c, (float) (3 * random.nextGaussian()));
                    if (logits.getFloat((long) r * columns + c) > logits.getFloat((long) r * columns + highest))
                        highest = c;
                }
                best.setInteger(r, highest);
                next.setInteger(r, highest);
            }
            logits.setFloat((long) rows * columns - 2, Float.NaN);
            best.setInteger(rows - 1, -1);
            next.setInteger(rows - 1, 0);
            Buffer[] asked = {
                floats(arena, temperature),
                Buffer.allocate(arena, ElementType.I32, rows),
                floats(arena, p),
                floats(arena, least),
                Buffer.allocate(arena, ElementType.F32, rows)
            };
            for (int r = 0; r < rows; r++) {
                asked[1].setInteger(r, k[r]);
                asked[4].setFloat(r, r * 0.111f);
            }
            Buffer drawn = Buffer.allocate(arena, ElementType.I32, rows);
            KernelSpec spec = KernelSpec.of("sample").with("columns", columns);
            new Sample().run(spec, 0, rows, logits, asked[0], asked[1], asked[2], asked[3], asked[4], drawn);
            PtxMachine machine = new PtxMachine(SampleNext.ptx(columns), SampleNext.THREADS, 1 << 20);
            List<Long> arguments = new ArrayList<>(List.of(0L, (long) rows));
            describe(machine, arguments, logits);
            for (Buffer one : asked) describe(machine, arguments, one);
            int bestAt = describe(machine, arguments, best), nextAt = describe(machine, arguments, next);
            machine.run(rows, arguments.stream().mapToLong(a -> a).toArray());
            for (int r = 0; r < rows; r++) {
                boolean numbers = r < rows - 1;
                assertThat(machine.memory().getInt(bestAt + 4 * r))
                        .as("row " + r)
                        .isEqualTo(numbers ? (int) drawn.getInteger(r) : -1);
                assertThat(machine.memory().getLong(nextAt + 8 * r))
                        .as("row " + r)
                        .isEqualTo(numbers ? drawn.getInteger(r) : 0);
            }
        }
    }

    private static Buffer floats(Arena arena, float... values) {
        Buffer buffer = Buffer.allocate(arena, ElementType.F32, values.length);
        for (int i = 0; i < values.length; i++) buffer.setFloat(i, values[i]);
        return buffer;
    }

    private static int describe(PtxMachine machine, List<Long> arguments, Buffer buffer) {
        int bytes = (int) buffer.segment().byteSize();
        int at = machine.allocate(bytes, 16);
        MemorySegment.ofBuffer(machine.memory()).asSlice(at, bytes).copyFrom(buffer.segment());
        arguments.addAll(List.of((long) at, (long) at, 0L));
        for (long size : buffer.shape()) arguments.add(size);
        if (buffer.shape().length == 2) arguments.add(buffer.shape()[1]);
        arguments.add(1L);
        return at;
    }
}
