package io.agentopt.mlir.gpu;

import java.util.concurrent.atomic.AtomicBoolean;

/** A resource whose address another native library uses; until this is closed, the resource cannot be. */
public final class Lent implements AutoCloseable {
    private final GpuResource resource;
    private final long address;
    private final AtomicBoolean returned = new AtomicBoolean();

    Lent(GpuResource resource, long address) {
        this.resource = resource;
        this.address = address;
    }

    /** {@return the address of memory, or the driver's handle of anything else} */
    public long address() {
        return address;
    }

    /** Takes it back. */
    @Override
    public void close() {
        if (returned.compareAndSet(false, true)) resource.drop();
    }
}
