package io.agentopt.mlir.codegen;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kernels that select on GPUs choose, by {@link PtxMachine}, against their references. */
@RequiresCodegen
class GpuSelectionNumbersTest {
    /** Scores of a row: how they lie decides which path a kernel takes. */
    enum Scores {
        SPREAD,
        TIED,
        EQUAL,
        RISING,
        /** Some no number, some minus infinity, some a mask of a finite value. */
        MASKED,
        /** Nothing to choose. */
        NONE,
        /** From the least to the largest exponents, both signs, zeros of both. */
        ALL_SIZES;

        float at(int column, SplittableRandom random) {
            double normal = random.nextGaussian();
            return (float)
                    switch (this) {
                        case SPREAD -> 3 * normal;
                        case TIED -> Math.round(2 * normal);
                        case EQUAL -> 3;
                        case RISING -> column * 0.001;
                        case MASKED ->
                            switch (column == 0 ? 0 : random.nextInt(6)) {
                                case 0 -> -1e9;
                                case 1 -> Double.NEGATIVE_INFINITY;
                                case 2 -> Double.NaN;
                                default -> normal;
                            };
                        case NONE -> random.nextBoolean() ? Double.NaN : Double.NEGATIVE_INFINITY;
                        case ALL_SIZES ->
                            random.nextInt(9) == 0
                                    ? (random.nextBoolean() ? 0.0 : -0.0)
                                    : Math.copySign(
                                            Math.exp(Math.clamp(30 * normal, -100, 88)), random.nextDouble() - 0.5);
                    };
        }
    }

    /** Fewer columns than are wanted, fewer than a vector, odd ones; one wanted, and as many as there are lanes. */
    @ParameterizedTest
    @CsvSource({
        "10, 5, SPREAD",
        "10, 1, SPREAD",
        "1, 1001, TIED",
        "32, 1003, SPREAD",
        "32, 4096, RISING",
        "10, 2050, EQUAL",
        "7, 515, MASKED",
        "7, 515, NONE",
        "16, 1030, ALL_SIZES"
    })
    void topK(int k, int columns, Scores scores) {
        try (Arena arena = Arena.ofConfined()) {
            int rows = 3;
            PtxRun.check(
                    KernelSpec.of("top_k").with("k", k),
                    2,
                    0,
                    rows(arena, rows, columns, scores),
                    Buffer.allocate(arena, ElementType.F32, rows, k),
                    Buffer.allocate(arena, ElementType.I64, rows, k));
        }
    }

    /** The last block is short; rows that are alike keep their order; more are wanted than a block has. */
    @ParameterizedTest
    @CsvSource({
        "100, 64, 10, 250, 1",
        "64, 33, 3, 130, 5",
        "8, 128, 20, 20, 1",
        "300, 5, 32, 301, 301",
        "16, 384, 1, 31, 2"
    })
    void cosineTopK(int block, int d, int k, int n, int different) {
        try (Arena arena = Arena.ofConfined()) {
            int blocks = Math.ceilDiv(n, block);
            Buffer matrix = rows(arena, n, d, Scores.SPREAD);
            for (long i = different * (long) d; i < matrix.elements(); i++)
                matrix.setFloat(i, matrix.getFloat(i % (different * (long) d)));
            Buffer query = Buffer.allocate(arena, ElementType.F32, d);
            for (int i = 0; i < d; i++) query.setFloat(i, Scores.SPREAD.at(i, new SplittableRandom(i)));
            PtxRun.check(
                    KernelSpec.of("cosine_top_k")
                            .with("block", block)
                            .with("d", d)
                            .with("k", k)
                            .with("type", ElementType.F32),
                    2,
                    1e-6,
                    matrix,
                    query,
                    Buffer.allocate(arena, ElementType.F32, blocks, k),
                    Buffer.allocate(arena, ElementType.I64, blocks, k));
        }
    }

    /** Each row asks for something else: nothing, k, p, the least of p, or all of them; the uniform number is at either end, or between. */
    @ParameterizedTest
    @CsvSource({"3, MASKED, NONE", "1003, SPREAD, ALL_SIZES", "8196, SPREAD, TIED"})
    void sample(int columns, Scores first, Scores last) {
        KernelSpec spec = KernelSpec.of("sample").with("columns", columns);
        GpuCode code = PtxRun.compiled(spec);
        for (Scores scores : EnumSet.range(first, last)) sample(code, spec, columns, scores);
    }

    private static void sample(GpuCode code, KernelSpec spec, int columns, Scores scores) {
        float[] temperature = {5, 1, 0.3f, 1.5f, 1, 0.7f, 0, Float.NaN, 40, 0.01f};
        int[] k = {0, 40, 0, columns + 3, 1, 300, 0, 5, 129, 200};
        float[] p = {1, 0.9f, 0.8f, 0.95f, 1, 0.6f, 0.5f, 1, 1, 1e-9f}, least = {0, 0, 0, 0.05f, 0, 0, 0, 0, 0.9f, 0};
        try (Arena arena = Arena.ofConfined()) {
            int rows = k.length;
            Buffer[] of = new Buffer[5];
            for (int i = 0; i < 5; i++)
                of[i] = Buffer.allocate(arena, i == 1 ? ElementType.I32 : ElementType.F32, rows);
            for (int r = 0; r < rows; r++) {
                of[0].setFloat(r, temperature[r]);
                of[1].setInteger(r, k[r]);
                of[2].setFloat(r, p[r]);
                of[3].setFloat(r, least[r]);
                // At 0 the first column of any weight is drawn, and GPUs know none below 2^-40.
                of[4].setFloat(r, r == 0 && scores == Scores.ALL_SIZES ? 0.05f : r * 0.111f);
            }
            Buffer logits = rows(arena, rows, columns, scores);
            Buffer token = Buffer.allocate(arena, ElementType.I32, rows);
            PtxRun.check(code, spec, 3, 0, logits, of[0], of[1], of[2], of[3], of[4], token);
        }
    }

    private static Buffer rows(Arena arena, int rows, int columns, Scores scores) {
        SplittableRandom random = new SplittableRandom(columns);
        Buffer buffer = Buffer.allocate(arena, ElementType.F32, rows, columns);
        for (int i = 0; i < rows * columns; i++) buffer.setFloat(i, scores.at(i % columns, random));
        return buffer;
    }
}
