package io.agentopt.mlir.gpu;

import java.util.function.Supplier;

/** A queue of work: what is put in runs in order, after the call that put it in has returned. Errors of the work itself appear at a later call. */
public final class GpuStream extends GpuResource {
    GpuStream(GpuContext context, long handle) {
        super(context, handle);
    }

    /**
     * Starts a kernel.
     *
     * @throws IllegalStateException when the module or a memory is closed
     * @throws IllegalArgumentException when one of them belongs to another context
     * @throws GpuException when the driver refuses the launch
     */
    public void launch(GpuFunction function, LaunchShape shape, Arguments arguments) {
        GpuModule module = function.module();
        module.mustBelongTo(context());
        arguments.hold(context());
        try {
            module.hold();
            try {
                enqueue(
                        DriverFunction.LAUNCH,
                        () -> "launching the kernel '" + function.name() + "' as " + shape,
                        stream -> new long[] {
                            function.handle(),
                            shape.blocks(),
                            1,
                            1,
                            shape.threads(),
                            1,
                            1,
                            shape.sharedBytes(),
                            stream,
                            arguments.pointers(),
                            0
                        });
            } finally {
                module.drop();
            }
        } finally {
            arguments.drop();
        }
    }

    /** Copies from pinned memory. The data must stay as it is until the copy is done. */
    public void upload(DeviceSegment to, PinnedMemory from, long fromOffset) {
        inside(from, fromOffset, to.bytes());
        withBoth(
                to,
                from,
                (device, host) -> enqueue(
                        DriverFunction.UPLOAD_ASYNC,
                        () -> "copying " + to.bytes() + " bytes to " + context().device(),
                        stream -> new long[] {device, host + fromOffset, to.bytes(), stream}));
    }

    /** Copies to pinned memory. The data are there once the stream has been waited for. */
    public void download(PinnedMemory to, long toOffset, DeviceSegment from) {
        inside(to, toOffset, from.bytes());
        withBoth(
                from,
                to,
                (device, host) -> enqueue(
                        DriverFunction.DOWNLOAD_ASYNC,
                        () -> "copying " + from.bytes() + " bytes from "
                                + context().device(),
                        stream -> new long[] {host + toOffset, device, from.bytes(), stream}));
    }

    /**
     * Copies within the device.
     *
     * @throws IllegalArgumentException when the lengths differ
     */
    public void copy(DeviceSegment to, DeviceSegment from) {
        sameLength(to, from);
        withBoth(
                to,
                from,
                (target, source) -> enqueue(
                        DriverFunction.COPY_ASYNC,
                        () -> "copying " + to.bytes() + " bytes on " + context().device(),
                        stream -> new long[] {target, source, to.bytes(), stream}));
    }

    /**
     * Copies from another device's memory, or from another context's on this one. What wrote the data there must have been waited for,
     * and they must stay as they are until the copy is done.
     *
     * @param to of this stream's context
     * @throws IllegalArgumentException when the lengths differ, or the other device is of another vendor's driver
     */
    public void copyFromPeer(DeviceSegment to, DeviceSegment from) {
        GpuContext there = from.owner().context();
        context().mustBePeer(there);
        sameLength(to, from);
        to.owner().mustBelongTo(context());
        withHeld(to, from, (target, source) -> {
            boolean within = context().isSameDevice(there);
            enqueue(
                    within ? DriverFunction.COPY_ASYNC : DriverFunction.COPY_PEER_ASYNC,
                    () -> "copying " + to.bytes() + " bytes from " + there.device() + " to "
                            + context().device(),
                    stream -> within
                            ? new long[] {target, source, to.bytes(), stream}
                            : new long[] {target, context().current(), source, there.current(), to.bytes(), stream});
        });
    }

    private static void sameLength(DeviceSegment to, DeviceSegment from) {
        if (to.bytes() != from.bytes()) {
            throw new IllegalArgumentException(
                    "A copy of " + from.bytes() + " bytes to " + to.bytes() + " bytes. Slice them to the same length.");
        }
    }

    /**
     * Fills with a 32-bit word.
     *
     * @throws IllegalArgumentException when the length is no multiple of 4
     */
    public void fill(DeviceSegment to, int word) {
        if (to.bytes() % Integer.BYTES != 0 || to.offset() % Integer.BYTES != 0) {
            throw new IllegalArgumentException("A fill of " + to.bytes() + " bytes at offset " + to.offset()
                    + " by 4-byte words. Use multiples of 4.");
        }
        to.owner().mustBelongTo(context());
        long device = to.owner().hold() + to.offset();
        try {
            enqueue(
                    DriverFunction.FILL_ASYNC,
                    () -> "filling " + to.bytes() + " bytes on " + context().device(),
                    stream -> new long[] {device, word, to.bytes() / Integer.BYTES, stream});
        } finally {
            to.owner().drop();
        }
    }

    /** Copies rows of memory within the device or between it and pinned memory. */
    public void copyRows(RowCopy copy) {
        copy.enqueueOn(this);
    }

    /** Copies the same rows of several slices within the device. */
    public void copyBoxes(BoxCopy copy) {
        copy.enqueueOn(this);
    }

    /** Marks where the stream's work is now. */
    public void record(GpuEvent event) {
        withEvent(
                event,
                handle -> enqueue(
                        DriverFunction.EVENT_RECORD,
                        () -> "recording an event on " + context().device(),
                        stream -> new long[] {handle, stream}));
    }

    /** Lets what comes after wait for an event of another stream. */
    public void waitFor(GpuEvent event) {
        withEvent(
                event,
                handle -> enqueue(
                        DriverFunction.STREAM_WAIT,
                        () -> "letting a stream wait for an event on "
                                + context().device(),
                        stream -> new long[] {stream, handle, 0}));
    }

    /**
     * Waits until everything put in so far is done.
     *
     * @throws GpuException when some of it failed
     */
    public void synchronize() {
        enqueue(
                DriverFunction.STREAM_SYNCHRONIZE,
                () -> "waiting for the work of a stream on " + context().device(),
                stream -> new long[] {stream});
    }

    @Override
    String describe() {
        return "stream";
    }

    @Override
    void release(long stream) {
        context()
                .call(
                        DriverFunction.STREAM_DESTROY,
                        () -> "destroying a stream on " + context().device(),
                        stream);
    }

    interface Call {
        long[] on(long stream);
    }

    interface Transfer {
        void between(long first, long second);
    }

    private interface WithHandle {
        void use(long handle);
    }

    void enqueue(DriverFunction function, Supplier<String> attempted, Call call) {
        long stream = hold();
        try {
            context().call(function, attempted, call.on(stream));
        } finally {
            drop();
        }
    }

    void withBoth(DeviceSegment device, PinnedMemory host, Transfer transfer) {
        device.owner().mustBelongTo(context());
        host.mustBelongTo(context());
        long first = device.owner().hold() + device.offset();
        try {
            long second = host.hold();
            try {
                transfer.between(first, second);
            } finally {
                host.drop();
            }
        } finally {
            device.owner().drop();
        }
    }

    void withBoth(DeviceSegment to, DeviceSegment from, Transfer transfer) {
        to.owner().mustBelongTo(context());
        from.owner().mustBelongTo(context());
        withHeld(to, from, transfer);
    }

    private static void withHeld(DeviceSegment to, DeviceSegment from, Transfer transfer) {
        long first = to.owner().hold() + to.offset();
        try {
            long second = from.owner().hold() + from.offset();
            try {
                transfer.between(first, second);
            } finally {
                from.owner().drop();
            }
        } finally {
            to.owner().drop();
        }
    }

    private void withEvent(GpuEvent event, WithHandle body) {
        event.mustBelongTo(context());
        long handle = event.hold();
        try {
            body.use(handle);
        } finally {
            event.drop();
        }
    }

    static void inside(PinnedMemory host, long offset, long length) {
        if (offset < 0 || length > host.bytes() - offset) {
            throw new IndexOutOfBoundsException("The range of " + length + " bytes at offset " + offset
                    + " is not inside the " + host.describe() + ".");
        }
    }
}
