package io.agentopt.mlir.gpu;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Something that a context owns under a driver's handle. Calls hold it while they run; closing waits for nobody: it refuses while a call of another
 * thread is under way, and after it every use is an {@link IllegalStateException}. Closing twice closes once.
 */
abstract sealed class GpuResource implements AutoCloseable
        permits DeviceMemory, PinnedMemory, GpuStream, GpuEvent, GpuModule {
    private static final int CLOSED = -1;

    private final AtomicInteger holders = new AtomicInteger();
    private final GpuContext context;
    private final long handle;

    GpuResource(GpuContext context, long handle) {
        this.context = context;
        this.handle = handle;
    }

    /** {@return what it is, for messages} */
    abstract String describe();

    /** Gives the handle back to the driver. */
    abstract void release(long handle);

    /** {@return whose device it lives on} */
    public final GpuContext context() {
        return context;
    }

    /** {@return whether it is still open} */
    public final boolean isOpen() {
        return holders.get() != CLOSED;
    }

    /** {@return the handle, which stays alive until {@link #drop}} */
    final long hold() {
        for (int count = holders.get(); ; count = holders.get()) {
            if (count == CLOSED) {
                throw new IllegalStateException(
                        "The " + describe() + " on " + context.device() + " is closed. Use it before close().");
            }
            if (holders.compareAndSet(count, count + 1)) return handle;
        }
    }

    /** Lends it to another native library; while it is lent, {@link #close} refuses. */
    public final Lent lend() {
        return new Lent(this, hold());
    }

    final void drop() {
        holders.decrementAndGet();
    }

    /** Refuses a user of another context. */
    final void mustBelongTo(GpuContext user) {
        if (context != user) {
            throw new IllegalArgumentException(
                    "The " + describe() + " belongs to another context (on " + context.device() + ") than its user (on "
                            + user.device() + "). Use resources of one context together.");
        }
    }

    /**
     * @throws IllegalStateException while another thread's call uses it
     * @throws GpuException when the driver fails to release it
     */
    @Override
    public final void close() {
        if (!holders.compareAndSet(0, CLOSED)) {
            if (holders.get() == CLOSED) return;
            throw new IllegalStateException("The " + describe() + " on " + context.device()
                    + " is in use by a call of another thread. Close it after that call.");
        }
        context.forget(this);
        release(handle);
    }
}
