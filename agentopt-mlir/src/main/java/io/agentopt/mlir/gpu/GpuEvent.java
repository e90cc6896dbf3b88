package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A point in a stream's work. */
public final class GpuEvent extends GpuResource {
    GpuEvent(GpuContext context, long handle) {
        super(context, handle);
    }

    /** Waits until the work before it is done. */
    public void synchronize() {
        long event = hold();
        try {
            context()
                    .call(
                            DriverFunction.EVENT_SYNCHRONIZE,
                            () -> "waiting for an event on " + context().device(),
                            event);
        } finally {
            drop();
        }
    }

    /**
     * {@return seconds on the device's clock between an earlier event and this one; resolution about half a microsecond}
     *
     * @throws GpuException when one of them was not recorded or not reached yet
     */
    public double secondsSince(GpuEvent earlier) {
        earlier.mustBelongTo(context());
        long to = hold();
        try (Arena scratch = Arena.ofConfined()) {
            long from = earlier.hold();
            try {
                MemorySegment milliseconds = scratch.allocate(JAVA_FLOAT);
                context()
                        .call(
                                DriverFunction.EVENT_ELAPSED,
                                () -> "reading the time between two events on "
                                        + context().device(),
                                milliseconds.address(),
                                from,
                                to);
                return milliseconds.get(JAVA_FLOAT, 0) / 1e3;
            } finally {
                earlier.drop();
            }
        } finally {
            drop();
        }
    }

    @Override
    String describe() {
        return "event";
    }

    @Override
    void release(long event) {
        context()
                .call(
                        DriverFunction.EVENT_DESTROY,
                        () -> "destroying an event on " + context().device(),
                        event);
    }
}
