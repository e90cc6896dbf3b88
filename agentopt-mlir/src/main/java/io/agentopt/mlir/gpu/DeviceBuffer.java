package io.agentopt.mlir.gpu;

import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Shaped;

/** A dense array in device memory, row by row without gaps: what {@link io.agentopt.kernel.Buffer} is on the host. */
public final class DeviceBuffer implements Shaped {
    private final DeviceSegment memory;
    private final ElementType type;
    private final long[] shape;

    /**
     * @param memory which holds it, from a multiple of 16 bytes on
     * @param shape the length of each dimension, outermost first
     * @throws IllegalArgumentException when the memory is not aligned, or a length is negative, or the segment is smaller than the shape
     */
    public DeviceBuffer(DeviceSegment memory, ElementType type, long... shape) {
        this.memory = memory;
        this.type = type;
        this.shape = shape.clone();
        argument();
    }

    /** {@return where it lies} */
    public DeviceSegment memory() {
        return memory;
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public int rank() {
        return shape.length;
    }

    @Override
    public long dimension(int index) {
        return shape[index];
    }

    Argument argument() {
        return new Argument.Memref(memory, type.bytes(), shape);
    }

    boolean overlaps(DeviceBuffer other) {
        return memory.owner() == other.memory.owner()
                && memory.offset() < other.memory.offset() + other.memory.bytes()
                && other.memory.offset() < memory.offset() + memory.bytes();
    }
}
