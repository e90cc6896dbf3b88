package io.agentopt.mlir.gpu;

/** A value that a kernel takes. */
public sealed interface Argument {
    /** MLIR's index, or a 64-bit integer. */
    record Index(long value) implements Argument {}

    /** A 32-bit integer. */
    record Int32(int value) implements Argument {}

    /** A single precision number. */
    record Float32(float value) implements Argument {}

    /** The bare address of device memory. */
    record Address(DeviceSegment memory) implements Argument {}

    /** The bare address of pinned memory, which kernels write across the bus: for a few numbers that the host awaits. */
    record HostAddress(PinnedMemory memory, long offset) implements Argument {
        /** @throws IndexOutOfBoundsException when the offset is not inside */
        public HostAddress {
            java.util.Objects.checkIndex(offset, memory.bytes());
        }
    }

    /**
     * A row-major, contiguous memref, passed as its descriptor: allocated pointer, aligned pointer, offset, sizes, strides (7 values for rank 2).
     *
     * @param memory which holds it; aligned to 16 bytes, as the kernels' vector loads want it
     * @param elementBytes size of an element
     * @param shape outermost dimension first
     */
    record Memref(DeviceSegment memory, int elementBytes, long... shape) implements Argument {
        private static final int ALIGNMENT = 16;

        /**
         * @throws IllegalArgumentException when a size is negative, the memory is not aligned or too small
         */
        public Memref {
            shape = shape.clone();
            long elements = 1;
            for (long size : shape) {
                if (size < 0)
                    throw new IllegalArgumentException("A memref with a size of " + size + ". Sizes are 0 or more.");
                elements = Math.multiplyExact(elements, size);
            }
            if (Math.multiplyExact(elements, elementBytes) > memory.bytes()) {
                throw new IllegalArgumentException("A memref of " + elements + " elements of " + elementBytes
                        + " bytes does not fit in a device segment of " + memory.bytes() + " bytes.");
            }
            if (memory.offset() % ALIGNMENT != 0) {
                throw new IllegalArgumentException("A memref at offset " + memory.offset()
                        + " of its memory. Kernels load vectors: start it at a multiple of " + ALIGNMENT + " bytes.");
            }
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }
    }

    /** {@return how many values it becomes in the call} */
    default int values() {
        return switch (this) {
            case Memref m -> 3 + 2 * m.shape.length;
            case Index _, Int32 _, Float32 _, Address _, HostAddress _ -> 1;
        };
    }
}
