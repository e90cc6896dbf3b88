package io.agentopt.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference and the compiled code, each against double precision. */
@ParameterizedClass
@MethodSource("io.agentopt.kernels.EveryOrigin#origins")
@SuppressWarnings("NullAway")
class CosineTest {
    @Parameter
    EveryOrigin.Origin kernels;

    private Kernel kernel(int d) {
        return kernels.of(KernelSpec.of("cosine").with("d", d).with("type", ElementType.F32));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 1", "3, 2", "7, 17", "33, 383", "64, 384", "2, 1025", "1, 65536"})
    void agreesWithDoublePrecision(int rows, int d) {
        float[] matrix = random(rows * d, 1);
        float[] query = random(d, 2);
        float[] scores = run(d, matrix, query);
        for (int i = 0; i < rows; i++) assertClose(scores[i], matrix, i, query);
    }

    @ParameterizedTest
    @ValueSource(floats = {1e-15f, 1e15f})
    void agreesWithDoublePrecisionFarFromOne(float scale) {
        float[] matrix = random(4 * 96, 3);
        float[] query = random(96, 4);
        for (int i = 0; i < matrix.length; i++) matrix[i] *= scale;
        float[] scores = run(96, matrix, query);
        for (int i = 0; i < 4; i++) assertClose(scores[i], matrix, i, query);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 384})
    void noRows(int d) {
        assertThat(run(d, new float[0], random(d, 5))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 19})
    void zerosScoreZeroAndTheNotFiniteIsNaN(int d) {
        float[] matrix = random(4 * d, 6);
        Arrays.fill(matrix, 0, d, 0f);
        matrix[d] = Float.NaN;
        matrix[2 * d] = Float.POSITIVE_INFINITY;
        float[] scores = run(d, matrix, random(d, 7));
        assertThat(scores[0]).isZero();
        assertThat(scores[1]).isNaN();
        assertThat(scores[2]).isNaN();
        assertThat(scores[3]).isFinite();
        assertThat(run(d, matrix, new float[d])[3]).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void severalThreadsGiveWhatOneGives(int count) {
        int rows = 5_001;
        float[] matrix = random(rows * 64, 8);
        float[] query = random(64, 9);
        try (Arena arena = Arena.ofShared();
                KernelThreads threads = KernelThreads.of(count)) {
            Buffer scores = Buffer.allocate(arena, ElementType.F32, rows);
            kernel(64).run(threads, Buffer.copyOf(arena, matrix, rows, 64), Buffer.copyOf(arena, query), scores);
            assertThat(scores.toFloatArray()).containsExactly(run(64, matrix, query));
        }
    }

    private float[] run(int d, float[] matrix, float[] query) {
        try (Arena arena = Arena.ofConfined()) {
            int rows = matrix.length / d;
            Buffer scores = Buffer.allocate(arena, ElementType.F32, rows);
            kernel(d).run(Buffer.copyOf(arena, matrix, rows, d), Buffer.copyOf(arena, query), scores);
            return scores.toFloatArray();
        }
    }

    /** A sum of d products is off by a share of the sum of their sizes: scores near 0 have no relative accuracy to ask for. */
    private static void assertClose(float score, float[] matrix, int row, float[] query) {
        double dot = 0;
        double m = 0;
        double q = 0;
        for (int j = 0; j < query.length; j++) {
            double x = matrix[row * query.length + j];
            dot += x * query[j];
            m += x * x;
            q += (double) query[j] * query[j];
        }
        double expected = dot / Math.sqrt(m * q);
        assertThat((double) score)
                .as("row %d", row)
                .isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-5 * Math.max(Math.abs(expected), 0.1)));
    }

    private static float[] random(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) values[i] = (float) random.nextGaussian();
        return values;
    }
}
