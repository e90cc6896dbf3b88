package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KvCopyTest {
    private static KernelSpec spec(long d, ElementType type) {
        return KernelSpec.of("kv_copy").with("d", d).with("type", type);
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void positionsInUseAreCopiedAndNoOthersAreTouched(EveryOrigin.Origin kernels) {
        Random random = new Random(3);
        for (ElementType type : new ElementType[] {F32, F16}) {
            for (int d : new int[] {1, 5, 128}) {
                copy(kernels, random, type, d, 11, 16);
                copy(kernels, random, type, d, 16, 11);
            }
        }
    }

    private static void copy(
            EveryOrigin.Origin kernels, Random random, ElementType type, int d, int fromCapacity, int toCapacity) {
        try (Arena arena = Arena.ofConfined()) {
            long[] positions = {0, 1, 10, 11, 7};
            Buffer from = Buffers.random(arena, random, type, positions.length, fromCapacity, d);
            Buffer to = Buffers.random(arena, random, type, positions.length, toCapacity, d);
            float[] before = to.toFloatArray();
            kernels.of(spec(d, type)).run(Buffers.integers(arena, I32, positions), from, to);
            for (int h = 0; h < positions.length; h++) {
                for (int t = 0; t < toCapacity; t++) {
                    for (int j = 0; j < d; j++) {
                        int at = (h * toCapacity + t) * d + j;
                        float expected =
                                t < positions[h] ? from.getFloat(((long) h * fromCapacity + t) * d + j) : before[at];
                        assertThat(to.getFloat(at))
                                .as("head %d, position %d, element %d", h, t, j)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.agentopt.kernels.EveryOrigin#origins")
    void morePositionsThanEitherHasRoomForAreRefused(EveryOrigin.Origin kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer small = Buffer.allocate(arena, F16, 2, 4, 8);
            Buffer large = Buffer.allocate(arena, F16, 2, 6, 8);
            Buffer five = Buffers.integers(arena, I32, 4, 5);
            Buffer negative = Buffers.integers(arena, I32, -1, 4);
            var kernel = kernels.of(spec(8, F16));
            assertThatThrownBy(() -> kernel.run(five, small, large)).hasMessageContaining("Element 1 of 'positions'");
            assertThatThrownBy(() -> kernel.run(five, large, small)).hasMessageContaining("outside of 0 to 4");
            assertThatThrownBy(() -> kernel.run(negative, small, large)).hasMessageContaining("is -1");
        }
    }
}
