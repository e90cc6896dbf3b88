package io.agentopt.mlir.gpu;

/** Memory on a device. */
public final class DeviceMemory extends GpuResource {
    private final long bytes;

    DeviceMemory(GpuContext context, long address, long bytes) {
        super(context, address);
        this.bytes = bytes;
    }

    /** {@return its size} */
    public long bytes() {
        return bytes;
    }

    /** {@return all of it} */
    public DeviceSegment all() {
        return new DeviceSegment(this, 0, bytes);
    }

    /**
     * {@return a part of it}
     *
     * @throws IndexOutOfBoundsException when the part is not inside
     */
    public DeviceSegment slice(long offset, long length) {
        return all().slice(offset, length);
    }

    @Override
    String describe() {
        return "device memory of " + bytes + " bytes";
    }

    @Override
    void release(long address) {
        context()
                .call(
                        DriverFunction.FREE,
                        () -> "freeing a " + describe() + " on " + context().device(),
                        address);
    }
}
