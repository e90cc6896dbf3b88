package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopKTest {
    private static final float NOTHING = Float.NEGATIVE_INFINITY;

    private static KernelSpec spec(int k) {
        return KernelSpec.of("top_k").with("k", k);
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void theLargestAreKeptInOrderWithTheirPlaces(EveryOrigin.Origin kernels) {
        Random random = new Random(1);
        for (int k : new int[] {1, 10, 100}) {
            for (int n : new int[] {0, 1, 9, 63, 64, 65, 1000}) {
                assertSameAsSorted(kernels.of(spec(k)), k, 3, n, i -> random.nextGaussian());
                assertSameAsSorted(kernels.of(spec(k)), k, 2, n, i -> random.nextInt(5)); // many are equal
                assertSameAsSorted(kernels.of(spec(k)), k, 1, n, i -> i); // each displaces another
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void moreThanThereIsRoomForKeepTheirOrder(EveryOrigin.Origin kernels) {
        Random random = new Random(2);
        for (int k : new int[] {1, 64, 100, 700}) {
            int n = 9001;
            assertSameAsSorted(kernels.of(spec(k)), k, 1, n, i -> random.nextGaussian());
            assertSameAsSorted(kernels.of(spec(k)), k, 1, n, i -> i % 3); // the bound is shared by thousands
            assertSameAsSorted(kernels.of(spec(k)), k, 1, n, i -> i); // all come in the end
            assertSameAsSorted(kernels.of(spec(k)), k, 1, n, i -> -i);
            assertSameAsSorted(
                    kernels.of(spec(k)), k, 1, n, i -> i % 50 == 0 ? Float.POSITIVE_INFINITY : -random.nextFloat());
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void bothZerosAreEqual(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer scores = Buffers.fill(arena, F32, i -> i % 2 == 0 ? -0.0 : 0.0, 1, 1000);
            Buffer values = Buffer.allocate(arena, F32, 1, 5), indices = Buffer.allocate(arena, I64, 1, 5);
            kernels.of(spec(5)).run(scores, values, indices);
            assertThat(places(indices, 0, 5)).containsExactly(0L, 1L, 2L, 3L, 4L);
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void nanAndNegativeInfinityAreNeverKept(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer scores = Buffers.fill(arena, F32, i -> i % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY, 1, 200);
            scores.setFloat(130, Float.POSITIVE_INFINITY);
            scores.setFloat(7, -Float.MAX_VALUE);
            Buffer values = Buffer.allocate(arena, F32, 1, 3), indices = Buffer.allocate(arena, I64, 1, 3);
            kernels.of(spec(3)).run(scores, values, indices);
            assertThat(values.toFloatArray()).containsExactly(Float.POSITIVE_INFINITY, -Float.MAX_VALUE, NOTHING);
            assertThat(places(indices, 0, 3)).containsExactly(130L, 7L, -1L);
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void severalThreadsKeepWhatOneDoes(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofShared();
                KernelThreads threads = KernelThreads.of(3)) {
            Buffer scores = Buffers.random(arena, new Random(4), F32, 7, 30_001);
            Buffer values = Buffer.allocate(arena, F32, 7, 10), indices = Buffer.allocate(arena, I64, 7, 10);
            Buffer values3 = Buffer.allocate(arena, F32, 7, 10), indices3 = Buffer.allocate(arena, I64, 7, 10);
            kernels.of(spec(10)).run(scores, values, indices);
            kernels.of(spec(10)).run(threads, scores, values3, indices3);
            assertThat(values3.toFloatArray()).containsExactly(values.toFloatArray());
            assertThat(indices3.segment().mismatch(indices.segment())).isEqualTo(-1);
        }
    }

    private static void assertSameAsSorted(Kernel kernel, int k, int rows, int n, LongToDoubleFunction value) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer scores = Buffers.fill(arena, F32, value, rows, n);
            Buffer values = Buffer.allocate(arena, F32, rows, k), indices = Buffer.allocate(arena, I64, rows, k);
            kernel.run(scores, values, indices);
            for (int r = 0; r < rows; r++) {
                int row = r;
                List<Long> best = IntStream.range(0, n)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer j) -> scores.getFloat((long) row * n + j))
                                .reversed())
                        .limit(k)
                        .map(Integer::longValue)
                        .toList();
                String which = "row " + r + " of " + rows + ", n " + n + ", k " + k;
                assertThat(places(indices, r, k).subList(0, best.size()))
                        .as(which)
                        .isEqualTo(best);
                for (int p = 0; p < k; p++) {
                    long at = (long) r * k + p;
                    assertThat(values.getFloat(at))
                            .as(which)
                            .isEqualTo(p < best.size() ? scores.getFloat((long) r * n + best.get(p)) : NOTHING);
                    if (p >= best.size())
                        assertThat(indices.getInteger(at)).as(which).isEqualTo(-1);
                }
            }
        }
    }

    private static List<Long> places(Buffer indices, long row, int k) {
        return IntStream.range(0, k)
                .mapToObj(p -> indices.getInteger(row * k + p))
                .toList();
    }
}
