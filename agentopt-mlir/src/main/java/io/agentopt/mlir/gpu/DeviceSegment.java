package io.agentopt.mlir.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A range of device memory. It holds no memory of its own: once its owner is closed every use is an {@link IllegalStateException}.
 *
 * @param owner whose memory it is
 * @param offset in bytes
 * @param bytes its length
 */
public record DeviceSegment(DeviceMemory owner, long offset, long bytes) {
    private static final long STAGE_BYTES = 4L << 20;

    public DeviceSegment {
        if (offset < 0 || bytes < 0 || bytes > owner.bytes() - offset) {
            throw new IndexOutOfBoundsException("The range of " + bytes + " bytes at offset " + offset
                    + " is not inside the " + owner.describe() + ".");
        }
    }

    /**
     * {@return a part of it}
     *
     * @throws IndexOutOfBoundsException when the part is not inside
     */
    public DeviceSegment slice(long from, long length) {
        if (from < 0 || length < 0 || length > bytes - from) {
            throw new IndexOutOfBoundsException("The range of " + length + " bytes at offset " + from
                    + " is not inside the device segment of " + bytes + " bytes.");
        }
        return new DeviceSegment(owner, offset + from, length);
    }

    /**
     * Copies from the host and returns when the copy is done.
     *
     * @param source as long as this segment; native or on the heap
     * @throws IllegalArgumentException when the lengths differ
     */
    public void copyFrom(MemorySegment source) {
        transfer(DriverFunction.UPLOAD, source);
    }

    /**
     * Copies to the host and returns when the copy is done. It does not wait for streams: synchronise with the one that wrote the data first.
     *
     * @param target as long as this segment; native or on the heap
     * @throws IllegalArgumentException when the lengths differ
     */
    public void copyTo(MemorySegment target) {
        transfer(DriverFunction.DOWNLOAD, target);
    }

    private void transfer(DriverFunction direction, MemorySegment host) {
        if (host.byteSize() != bytes) {
            throw new IllegalArgumentException("A copy between " + host.byteSize() + " bytes of host memory and "
                    + bytes + " bytes of device memory. Slice them to the same length.");
        }
        if (bytes == 0) return;
        if (host.isNative()) {
            part(direction, host, 0);
            return;
        }
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment stage = scratch.allocate(Math.min(bytes, STAGE_BYTES), 64);
            for (long at = 0; at < bytes; at += stage.byteSize()) {
                long length = Math.min(stage.byteSize(), bytes - at);
                if (direction == DriverFunction.UPLOAD) MemorySegment.copy(host, at, stage, 0, length);
                part(direction, stage.asSlice(0, length), at);
                if (direction == DriverFunction.DOWNLOAD) MemorySegment.copy(stage, 0, host, at, length);
            }
        }
    }

    private void part(DriverFunction direction, MemorySegment host, long at) {
        long device = owner.hold() + offset + at;
        try {
            // An access checks what passing an address would not: that the host memory is alive and this thread's.
            host.get(java.lang.foreign.ValueLayout.JAVA_BYTE, host.byteSize() - 1);
            long length = host.byteSize();
            boolean up = direction == DriverFunction.UPLOAD;
            if (!up && host.isReadOnly()) {
                throw new IllegalArgumentException(
                        "The host memory is read-only: device memory cannot be copied to it.");
            }
            owner.context()
                    .call(
                            direction,
                            () -> "copying " + length + " bytes " + (up ? "to " : "from ")
                                    + owner.context().device(),
                            up ? device : host.address(),
                            up ? host.address() : device,
                            length);
        } finally {
            owner.drop();
        }
    }
}
