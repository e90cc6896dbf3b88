package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static io.agentopt.kernel.ElementType.I64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GatherTest {
    private static KernelSpec spec(long d, ElementType ids, ElementType type) {
        return KernelSpec.of("gather").with("d", d).with("ids", ids).with("type", type);
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void rowsAreThoseOfTheTableBitForBit(EveryOrigin.Origin kernels) {
        Random random = new Random(1);
        for (ElementType type : new ElementType[] {F32, F16}) {
            for (ElementType idType : new ElementType[] {I32, I64}) {
                for (int d : new int[] {1, 3, 64, 385}) {
                    try (Arena arena = Arena.ofConfined()) {
                        Buffer table = Buffers.random(arena, random, type, 17, d);
                        table.setFloat(0, Float.NaN);
                        table.setFloat(table.elements() - 1, Float.NEGATIVE_INFINITY);
                        long[] ids = random.longs(29, 0, 17).toArray();
                        ids[0] = 0;
                        ids[1] = 16;
                        Buffer rows = Buffer.allocate(arena, type, ids.length, d);
                        kernels.of(spec(d, idType, type)).run(Buffers.integers(arena, idType, ids), table, rows);
                        long row = (long) d * type.bytes();
                        for (int i = 0; i < ids.length; i++) {
                            assertThat(rows.segment()
                                            .asSlice(i * row, row)
                                            .mismatch(table.segment().asSlice(ids[i] * row, row)))
                                    .as("row %d of %s", i, type)
                                    .isEqualTo(-1);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void severalThreadsGatherWhatOneDoes(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofShared();
                KernelThreads threads = KernelThreads.of(3)) {
            Random random = new Random(2);
            Buffer table = Buffers.random(arena, random, F32, 1000, 96);
            Buffer ids =
                    Buffers.integers(arena, I64, random.longs(5001, 0, 1000).toArray());
            Buffer one = Buffer.allocate(arena, F32, 5001, 96);
            Buffer several = Buffer.allocate(arena, F32, 5001, 96);
            kernels.of(spec(96, I64, F32)).run(ids, table, one);
            kernels.of(spec(96, I64, F32)).run(threads, ids, table, several);
            assertThat(several.segment().mismatch(one.segment())).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void noIdsNeedNoTable(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            kernels.of(spec(8, I64, F32))
                    .run(
                            Buffer.allocate(arena, I64, 0),
                            Buffer.allocate(arena, F32, 0, 8),
                            Buffer.allocate(arena, F32, 0, 8));
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void anIdOutsideOfTheTableIsRefused(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer table = Buffer.allocate(arena, F32, 10, 8);
            Buffer rows = Buffer.allocate(arena, F32, 2, 8);
            for (long bad : new long[] {10, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertThatThrownBy(() ->
                                kernels.of(spec(8, I64, F32)).run(Buffers.integers(arena, I64, 9, bad), table, rows))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("Element 1 of 'ids'")
                        .hasMessageContaining("is " + bad)
                        .hasMessageContaining("0 to 9");
            }
        }
    }
}
