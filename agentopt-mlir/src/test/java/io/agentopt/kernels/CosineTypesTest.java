package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scores lie between -1 and 1, and that 1 is what their errors are relative to. */
class CosineTypesTest {
    private static final ElementType[] TYPES = {F32, F16, I8};

    private static KernelSpec spec(int d, ElementType type) {
        return KernelSpec.of("cosine").with("d", d).with("type", type);
    }

    private static ElementType queryType(ElementType type) {
        return type == I8 ? I8 : F32;
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void scoresAreThoseOfDoublePrecision(EveryOrigin.Origin kernels) {
        Random random = new Random(1);
        try (Arena arena = Arena.ofConfined()) {
            for (ElementType type : TYPES) {
                for (int d : new int[] {1, 3, 31, 64, 385}) {
                    for (int n : new int[] {0, 1, 133}) {
                        Buffer matrix = Buffers.random(arena, random, type, n, d);
                        Buffer query = Buffers.random(arena, random, queryType(type), d);
                        Buffer scores = Buffer.allocate(arena, F32, n);
                        kernels.of(spec(d, type)).run(matrix, query, scores);
                        for (int i = 0; i < n; i++) {
                            assertThat((double) scores.getFloat(i))
                                    .as("row %d of %d, %s, d %d", i, n, type, d)
                                    .isCloseTo(exact(matrix, i, query), within(1e-6));
                        }
                    }
                }
            }
        }
    }

    private static double exact(Buffer matrix, long row, Buffer query) {
        double dot = 0, square = 0, querySquare = 0;
        long d = query.elements();
        for (long j = 0; j < d; j++) {
            double x = matrix.getFloat(row * d + j), y = query.getFloat(j);
            dot += x * y;
            square += x * x;
            querySquare += y * y;
        }
        return square == 0 || querySquare == 0 ? 0 : dot / Math.sqrt(square * querySquare);
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void rowsAndQueriesOfZerosScoreZero(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            for (ElementType type : TYPES) {
                int d = 64;
                Buffer matrix = Buffers.fill(arena, type, i -> i < d ? 0 : 1, 2, d);
                Buffer ones = Buffers.fill(arena, queryType(type), i -> 1, d);
                Buffer zeros = Buffer.allocate(arena, queryType(type), d);
                Buffer scores = Buffers.fill(arena, F32, i -> 7, 2);
                kernels.of(spec(d, type)).run(matrix, ones, scores);
                assertThat(scores.toFloatArray()).containsExactly(0, 1);
                kernels.of(spec(d, type)).run(matrix, zeros, scores);
                assertThat(scores.toFloatArray()).containsExactly(0, 0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void nanAndInfinityScoreNan(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            for (ElementType type : new ElementType[] {F32, F16}) {
                int d = 64;
                Buffer matrix = Buffers.fill(arena, type, i -> 1, 3, d);
                matrix.setFloat(5, Float.NaN);
                matrix.setFloat(d + 5, Float.POSITIVE_INFINITY);
                Buffer query = Buffers.fill(arena, F32, i -> 1, d);
                Buffer scores = Buffer.allocate(arena, F32, 3);
                kernels.of(spec(d, type)).run(matrix, query, scores);
                assertThat(scores.toFloatArray()).containsExactly(Float.NaN, Float.NaN, 1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void extremesOfEachTypeKeepTheirScore(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            int d = 385;
            for (double x : new double[] {1e17, 1e-17}) assertScoreOfEqualRows(kernels, arena, F32, d, x);
            for (double x : new double[] {65504, 6e-8}) assertScoreOfEqualRows(kernels, arena, F16, d, x);
            for (double x : new double[] {127, -128}) assertScoreOfEqualRows(kernels, arena, I8, d, x);
            assertScoreOfEqualRows(kernels, arena, I8, 65_536, -128);
        }
    }

    private static void assertScoreOfEqualRows(
            EveryOrigin.Origin kernels, Arena arena, ElementType type, int d, double value) {
        Buffer matrix = Buffers.fill(arena, type, i -> i < d ? value : -(value + (type == I8 ? 1 : 0)), 2, d);
        Buffer query = Buffers.fill(arena, queryType(type), i -> value, d);
        Buffer scores = Buffer.allocate(arena, F32, 2);
        kernels.of(spec(d, type)).run(matrix, query, scores);
        assertThat(scores.getFloat(0)).as("%s of %s", value, type).isCloseTo(1, within(1e-6f));
        assertThat(scores.getFloat(1)).as("minus %s of %s", value, type).isCloseTo(-1, within(1e-6f));
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void severalThreadsScoreWhatOneDoes(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofShared();
                KernelThreads threads = KernelThreads.of(3)) {
            Buffer matrix = Buffers.random(arena, new Random(2), F32, 3001, 64);
            Buffer query = Buffers.random(arena, new Random(3), F32, 64);
            Buffer one = Buffer.allocate(arena, F32, 3001), three = Buffer.allocate(arena, F32, 3001);
            kernels.of(spec(64, F32)).run(matrix, query, one);
            kernels.of(spec(64, F32)).run(threads, matrix, query, three);
            assertThat(three.toFloatArray()).containsExactly(one.toFloatArray());
        }
    }
}
