package io.agentopt.mlir.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Host memory that a device reaches directly. Closing it waits for the device, then ends its segment's life. */
public final class PinnedMemory extends GpuResource {
    private final Arena life = Arena.ofShared();
    private final MemorySegment segment;

    @SuppressWarnings("restricted")
    PinnedMemory(GpuContext context, long address, long bytes) {
        super(context, address);
        this.segment = MemorySegment.ofAddress(address).reinterpret(bytes, life, null);
    }

    /** {@return its bytes, for any thread, until it is closed} */
    public MemorySegment segment() {
        return segment;
    }

    /** {@return its size} */
    public long bytes() {
        return segment.byteSize();
    }

    @Override
    String describe() {
        return "pinned memory of " + segment.byteSize() + " bytes";
    }

    @Override
    void release(long address) {
        String attempted = "freeing a " + describe() + " for " + context().device();
        context().call(DriverFunction.SYNCHRONIZE, () -> attempted);
        life.close();
        context().call(DriverFunction.FREE_PINNED, () -> attempted, address);
    }
}
