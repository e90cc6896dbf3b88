package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KvPagesTest {
    private static final int HEADS = 3, PAGES = 9, CAPACITY = 21;
    private static final long[] TABLE = {7, 0, 8, 3, 1, 2};

    private static Kernel kernel(EveryOrigin.Origin kernels, String name, int page, int d, ElementType type) {
        return kernels.of(KernelSpec.of(name).with("page", page).with("d", d).with("type", type));
    }

    private static int inPool(int h, int t, int j, int page, int d) {
        return (((int) TABLE[t / page] * HEADS + h) * page + t % page) * d + j;
    }

    private static int inSlab(int h, int t, int j, int d) {
        return (h * CAPACITY + t) * d + j;
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void pagesArePackedInTheTablesOrder(EveryOrigin.Origin kernels) {
        Random random = new Random(4);
        for (ElementType type : new ElementType[] {F32, F16}) {
            for (int d : new int[] {1, 7, 64}) {
                for (int page : new int[] {4, 5}) {
                    for (int positions : new int[] {0, 1, 4, 5, 19, 20}) {
                        try (Arena arena = Arena.ofConfined()) {
                            Buffer slab = Buffers.random(arena, random, type, HEADS, CAPACITY, d);
                            Buffer pool = Buffers.random(arena, random, type, PAGES, HEADS, page, d);
                            Buffer table = Buffers.integers(arena, I32, TABLE);
                            float[] expected = slab.toFloatArray();
                            for (int h = 0; h < HEADS; h++) {
                                for (int t = 0; t < positions; t++) {
                                    for (int j = 0; j < d; j++)
                                        expected[inSlab(h, t, j, d)] = pool.getFloat(inPool(h, t, j, page, d));
                                }
                            }
                            kernel(kernels, "kv_pack", page, d, type)
                                    .run(slab, pool, table, Buffers.integers(arena, I32, positions));
                            assertThat(slab.toFloatArray()).isEqualTo(expected);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void unpackingWritesThePositionsInUseAndNothingElse(EveryOrigin.Origin kernels) {
        Random random = new Random(5);
        for (int page : new int[] {1, 4, 5}) {
            for (int positions : new int[] {0, 1, 5, 6}) {
                try (Arena arena = Arena.ofConfined()) {
                    int d = 6;
                    Buffer slab = Buffers.random(arena, random, F16, HEADS, CAPACITY, d);
                    Buffer pool = Buffers.random(arena, random, F16, PAGES, HEADS, page, d);
                    float[] expected = pool.toFloatArray();
                    for (int h = 0; h < HEADS; h++) {
                        for (int t = 0; t < positions; t++) {
                            for (int j = 0; j < d; j++)
                                expected[inPool(h, t, j, page, d)] = slab.getFloat(inSlab(h, t, j, d));
                        }
                    }
                    Buffer table = Buffers.integers(arena, I32, TABLE);
                    kernel(kernels, "kv_unpack", page, d, F16)
                            .run(slab, pool, table, Buffers.integers(arena, I32, positions));
                    assertThat(pool.toFloatArray()).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void tablesAndPositionsThatDoNotFitAreRefused(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer slab = Buffer.allocate(arena, F32, 2, 10, 4);
            Buffer pool = Buffer.allocate(arena, F32, 3, 2, 4, 4);
            Kernel pack = kernel(kernels, "kv_pack", 4, 4, F32);
            Kernel unpack = kernel(kernels, "kv_unpack", 4, 4, F32);
            Buffer six = Buffers.integers(arena, I32, 6);
            assertThatThrownBy(() -> pack.run(slab, pool, Buffers.integers(arena, I32, 0, 3), six))
                    .hasMessageContaining("Element 1 of 'table'")
                    .hasMessageContaining("0 to 2");
            assertThatThrownBy(() -> pack.run(
                            slab, pool, Buffers.integers(arena, I32, 0, 1, 2), Buffers.integers(arena, I32, 11)))
                    .hasMessageContaining("'positions'")
                    .hasMessageContaining("0 to 10");
            assertThatThrownBy(() -> pack.run(slab, pool, Buffers.integers(arena, I32, 0), six))
                    .hasMessageContaining("0 to 4");
            assertThatThrownBy(() -> unpack.run(slab, pool, Buffers.integers(arena, I32, 1, 1), six))
                    .hasMessageContaining("names page 1 twice");
            pack.run(slab, pool, Buffers.integers(arena, I32, 1, 1), six);
            pack.run(slab, pool, Buffers.integers(arena, I32, 1, 1, 99), six); // beyond the entries in use
        }
    }
}
