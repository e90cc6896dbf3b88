package io.agentopt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

@SuppressWarnings("MustBeClosedChecker")
class BufferTest {
    @Test
    void elementsOfEveryTypeComeBackAsTheyWereSet() {
        try (Arena arena = Arena.ofConfined()) {
            Buffer f32 = Buffer.allocate(arena, ElementType.F32, 2, 3);
            f32.setFloat(5, 1.1f);
            assertThat(f32.getFloat(5)).isEqualTo(1.1f);
            Buffer f16 = Buffer.allocate(arena, ElementType.F16, 2);
            f16.setFloat(1, 1.1f);
            assertThat(f16.getFloat(1)).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(1.1f)));
            for (ElementType type : new ElementType[] {ElementType.I8, ElementType.I32, ElementType.I64}) {
                Buffer integers = Buffer.allocate(arena, type, 3);
                integers.setInteger(2, -7);
                assertThat(integers.getInteger(2)).isEqualTo(-7);
            }
            assertThatThrownBy(() -> f32.getInteger(0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void outOfBoundsAndFreedAccessFails() {
        Arena arena = Arena.ofConfined();
        Buffer buffer = Buffer.allocate(arena, ElementType.F32, 2);
        assertThatThrownBy(() -> buffer.getFloat(2)).isInstanceOf(IndexOutOfBoundsException.class);
        arena.close();
        assertThatThrownBy(() -> buffer.getFloat(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void memoryThatDoesNotFitIsRefused() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(16, 16);
            assertThatThrownBy(() -> new Buffer(segment, ElementType.F32, 5)).hasMessageContaining("has 20 bytes");
            assertThatThrownBy(() -> new Buffer(segment.asSlice(2, 4), ElementType.F32, 1))
                    .hasMessageContaining("not aligned");
            assertThatThrownBy(() -> new Buffer(MemorySegment.ofArray(new float[4]), ElementType.F32, 4))
                    .hasMessageContaining("Buffer.copyOf");
            assertThatThrownBy(() -> new Buffer(segment, ElementType.F32, -1, -4))
                    .hasMessageContaining("negative");
            assertThatThrownBy(() -> new Buffer(segment, ElementType.F32, 1L << 32, 1L << 32))
                    .hasMessageContaining("larger than any memory");
            assertThatThrownBy(() -> new Buffer(segment, ElementType.I64, 1L << 61))
                    .hasMessageContaining("larger than any memory");
        }
    }

    @Test
    void emptyBuffersAreBuffers() {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Buffer.allocate(arena, ElementType.F32, 0, 384).elements())
                    .isZero();
            assertThat(Buffer.copyOf(arena, new float[0]).toFloatArray()).isEmpty();
            assertThat(Buffer.allocate(arena, ElementType.I64).elements()).isEqualTo(1);
        }
    }
}
