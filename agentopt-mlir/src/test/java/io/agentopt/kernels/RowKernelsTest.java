package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernels.Buffers.error;
import static io.agentopt.kernels.Buffers.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Compiled kernels over rows against their references, which compute in double precision. */
@RequiresCodegen
class RowKernelsTest {
    /** Rows and columns: single ones, odd ones, whole blocks, and some past what counts as cached. */
    private static final List<int[]> SHAPES = List.of(
            new int[] {0, 7},
            new int[] {1, 1},
            new int[] {5, 1},
            new int[] {3, 2},
            new int[] {4, 63},
            new int[] {4, 64},
            new int[] {3, 65},
            new int[] {7, 384},
            new int[] {2, 4097},
            new int[] {1500, 384},
            new int[] {20, 32_768},
            new int[] {11, 50_257});

    /** Below this magnitude the error counts as absolute: logarithms and shifted values cross zero. */
    private static final double NEAR_ZERO = 1;

    private static final double TINY = 1e-30;

    @Test
    void softmaxIsWithinOneInHundredThousand() {
        for (int[] shape : SHAPES) {
            for (double scale : new double[] {0.1, 3, 30})
                check(spec("softmax", shape), shape, TINY, a -> inputs(normal(a, random(), scale, 5, long_(shape))));
        }
    }

    @Test
    void softmaxOfExtremesIsThatOfItsReference() {
        float inf = Float.POSITIVE_INFINITY;
        float[][] rows = {
            {0, -inf, 1, -1},
            {inf, 0, 1, 2},
            {Float.NaN, 0, 1, 2},
            {-inf, -inf, -inf, -inf},
            {Float.MAX_VALUE, -Float.MAX_VALUE, 0, 3e38f},
            {-Float.MAX_VALUE, -Float.MAX_VALUE, -inf, -Float.MAX_VALUE},
            {1e-40f, 0, -1e-40f, 0},
            {Float.intBitsToFloat(0xFFC00001), 1, 2, 3},
        };
        for (float[] row : rows)
            for (int columns : new int[] {4, 4096})
                for (int count : new int[] {1, 300}) {
                    int[] shape = {count, columns};
                    check(spec("softmax", shape), shape, TINY, a -> inputs(repeated(a, row, shape)));
                    check(
                            spec("log_softmax", shape),
                            shape,
                            NEAR_ZERO,
                            a -> inputs(repeated(a, row, shape), filled(a, 0.7f, count)));
                }
    }

    @Test
    void logSoftmaxIsWithinOneInHundredThousand() {
        for (int[] shape : SHAPES)
            for (float temperature : new float[] {0.05f, 1, 4})
                check(
                        spec("log_softmax", shape),
                        shape,
                        NEAR_ZERO,
                        a -> inputs(normal(a, random(), 4, -3, long_(shape)), filled(a, temperature, shape[0])));
    }

    @Test
    void logSoftmaxAtNoTemperatureIsNaN() {
        for (float temperature : new float[] {0, -1, Float.NaN}) {
            int[] shape = {2, 100};
            check(
                    spec("log_softmax", shape),
                    shape,
                    NEAR_ZERO,
                    a -> inputs(normal(a, random(), 1, 0, 2, 100), filled(a, temperature, 2)));
        }
    }

    @Test
    void rmsNormIsWithinOneInHundredThousand() {
        for (int[] shape : SHAPES)
            for (double scale : new double[] {1e-4, 1, 1e4})
                check(
                        norm("rms_norm", shape),
                        shape,
                        TINY,
                        a -> inputs(normal(a, random(), scale, 0, long_(shape)), normal(a, random(), 1, 1, shape[1])));
    }

    @Test
    void layerNormIsWithinOneInHundredThousandAlsoFarFromZero() {
        for (int[] shape : SHAPES)
            for (double mean : new double[] {0, 30})
                check(
                        norm("layer_norm", shape),
                        shape,
                        NEAR_ZERO,
                        a -> inputs(
                                normal(a, random(), 1, mean, long_(shape)),
                                normal(a, random(), 1, 1, shape[1]),
                                normal(a, random(), 1, 0, shape[1])));
    }

    @Test
    void zerosAndNaNsOfNormsAreThoseOfTheReference() {
        float[][] rows = {{0, 0, 0}, {Float.NaN, 1, 2}, {Float.POSITIVE_INFINITY, 1, 2}, {5, 5, 5}};
        for (float[] row : rows) {
            int[] shape = {2, 3};
            check(norm("rms_norm", shape), shape, TINY, a -> inputs(repeated(a, row, shape), filled(a, 2, 3)));
            check(
                    norm("layer_norm", shape),
                    shape,
                    NEAR_ZERO,
                    a -> inputs(repeated(a, row, shape), filled(a, 2, 3), filled(a, 1, 3)));
        }
    }

    @Test
    void severalThreadsGiveTheSameBits() {
        int[] shape = {64, 32_064};
        KernelSpec spec = spec("softmax", shape);
        try (Arena arena = Arena.ofShared();
                KernelThreads threads = KernelThreads.of(2)) {
            Buffer x = normal(arena, random(), 3, 0, long_(shape));
            Buffer one = Buffer.allocate(arena, F32, long_(shape));
            Buffer two = Buffer.allocate(arena, F32, long_(shape));
            Kernel kernel = EveryOrigin.COMPILED.of(spec);
            kernel.run(x, one);
            kernel.run(threads, x, two);
            assertEquals(-1, one.segment().mismatch(two.segment()));
        }
    }

    private static void check(KernelSpec spec, int[] shape, double floor, Function<Arena, List<Buffer>> inputs) {
        try (Arena arena = Arena.ofConfined()) {
            List<Buffer> given = inputs.apply(arena);
            Buffer expected = Buffer.allocate(arena, F32, long_(shape));
            Buffer actual = Buffer.allocate(arena, F32, long_(shape));
            EveryOrigin.REFERENCE.of(spec).run(with(given, expected));
            EveryOrigin.COMPILED.of(spec).run(with(given, actual));
            double error = error(expected, actual, floor);
            assertTrue(error <= 1e-5, () -> spec + " on " + shape[0] + " rows is off by " + error);
        }
    }

    private static Buffer[] with(List<Buffer> given, Buffer out) {
        List<Buffer> all = new ArrayList<>(given);
        all.add(out);
        return all.toArray(Buffer[]::new);
    }

    private static List<Buffer> inputs(Buffer... buffers) {
        return List.of(buffers);
    }

    private static Buffer repeated(Arena arena, float[] values, int[] shape) {
        return fill(arena, F32, i -> values[(int) (i % shape[1] % values.length)], long_(shape));
    }

    private static Buffer normal(Arena arena, Random random, double scale, double shift, long... shape) {
        return fill(arena, F32, _ -> random.nextGaussian() * scale + shift, shape);
    }

    private static Buffer filled(Arena arena, float value, long... shape) {
        return fill(arena, F32, _ -> value, shape);
    }

    private static KernelSpec spec(String name, int[] shape) {
        return KernelSpec.of(name).with("columns", shape[1]);
    }

    private static KernelSpec norm(String name, int[] shape) {
        return KernelSpec.of(name).with("d", shape[1]).with("epsilon", "1.0e-5");
    }

    private static long[] long_(int[] shape) {
        return new long[] {shape[0], shape[1]};
    }

    private static Random random() {
        return new Random(42);
    }
}
