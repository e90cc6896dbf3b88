package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MeanPoolTest {
    private static KernelSpec spec(int d) {
        return KernelSpec.of("mean_pool").with("d", d);
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void pooledAreThoseOfDoublePrecision(EveryOrigin.Origin kernels) {
        Random random = new Random(1);
        try (Arena arena = Arena.ofConfined()) {
            for (int d : new int[] {1, 7, 64, 385}) {
                for (int tokens : new int[] {0, 1, 6, 129}) {
                    Buffer hidden = Buffers.random(arena, random, F32, 5, tokens, d);
                    Buffer mask = Buffers.fill(arena, I64, i -> random.nextInt(3), 5, tokens);
                    Buffer pooled = Buffers.fill(arena, F32, i -> 7, 5, d);
                    kernels.of(spec(d)).run(hidden, mask, pooled);
                    for (int b = 0; b < 5; b++) {
                        double[] exact = exact(hidden, mask, b);
                        for (int j = 0; j < d; j++) {
                            assertThat((double) pooled.getFloat((long) b * d + j))
                                    .as("element %d of sequence %d, %d tokens of width %d", j, b, tokens, d)
                                    .isCloseTo(exact[j], within(1e-6));
                        }
                    }
                }
            }
        }
    }

    private static double[] exact(Buffer hidden, Buffer mask, long b) {
        long tokens = hidden.dimension(1);
        double[] mean = new double[(int) hidden.dimension(2)];
        long kept = 0;
        for (long t = b * tokens; t < (b + 1) * tokens; t++) {
            if (mask.getInteger(t) == 0) continue;
            kept++;
            for (int j = 0; j < mean.length; j++) mean[j] += hidden.getFloat(t * mean.length + j);
        }
        double square = 0;
        for (int j = 0; j < mean.length; j++) {
            mean[j] /= Math.max(1, kept);
            square += mean[j] * mean[j];
        }
        for (int j = 0; j < mean.length; j++) mean[j] /= Math.max(Math.sqrt(square), Double.MIN_NORMAL);
        return mean;
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void maskedTokensAreNotRead(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            int d = 33;
            Buffer hidden = Buffers.fill(arena, F32, i -> i / d == 1 ? Double.NaN : 2, 2, 2, d);
            Buffer mask = Buffers.fill(arena, I64, i -> i == 0 ? Long.MIN_VALUE : 0, 2, 2);
            Buffer pooled = Buffer.allocate(arena, F32, 2, d);
            kernels.of(spec(d)).run(hidden, mask, pooled);
            for (int j = 0; j < d; j++) {
                assertThat(pooled.getFloat(j)).isCloseTo((float) (1 / Math.sqrt(d)), within(1e-6f));
                assertThat(pooled.getFloat(d + j))
                        .as("a sequence without tokens")
                        .isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void nanAndInfinityReachTheirSequenceAlone(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            int d = 20;
            Buffer hidden = Buffers.fill(arena, F32, i -> 1, 3, 2, d);
            hidden.setFloat(3, Float.NaN);
            hidden.setFloat(2 * d + 3, Float.POSITIVE_INFINITY);
            Buffer mask = Buffers.fill(arena, I64, i -> 1, 3, 2);
            Buffer pooled = Buffer.allocate(arena, F32, 3, d);
            kernels.of(spec(d)).run(hidden, mask, pooled);
            assertThat(pooled.getFloat(0)).isNaN();
            assertThat(pooled.getFloat(d + 3)).isNaN();
            assertThat(pooled.getFloat(2L * d)).isCloseTo((float) (1 / Math.sqrt(d)), within(1e-6f));
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void severalThreadsPoolWhatOneDoes(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofShared();
                KernelThreads threads = KernelThreads.of(3)) {
            Buffer hidden = Buffers.random(arena, new Random(3), F32, 11, 100, 64);
            Buffer mask = Buffers.fill(arena, I64, i -> i % 100 < 60 ? 1 : 0, 11, 100);
            Buffer one = Buffer.allocate(arena, F32, 11, 64), three = Buffer.allocate(arena, F32, 11, 64);
            kernels.of(spec(64)).run(hidden, mask, one);
            kernels.of(spec(64)).run(threads, hidden, mask, three);
            assertThat(three.toFloatArray()).containsExactly(one.toFloatArray());
        }
    }
}
