package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuTarget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What lives on one device: memory, streams, events, modules. Safe for use by several threads: each call makes the device's primary context current on its
 * thread first. Closing closes whatever is still open, the youngest first.
 */
public final class GpuContext implements AutoCloseable {
    private static final int PEER_REACHED_ALREADY = 704; // of both drivers

    private final DriverLibrary driver;
    private final GpuDevice device;
    private final long handle;
    private final Set<GpuResource> open = new LinkedHashSet<>();
    private boolean closed;

    private GpuContext(DriverLibrary driver, GpuDevice device, long handle) {
        this.driver = driver;
        this.device = device;
        this.handle = handle;
    }

    static GpuContext on(DriverLibrary driver, GpuDevice device) {
        long handle = handle(out -> {
            int error = driver.call(DriverFunction.RETAIN_CONTEXT, out, device.number());
            if (error != 0) {
                throw GpuException.of(driver, DriverFunction.RETAIN_CONTEXT, error, "opening " + device, "");
            }
        });
        return new GpuContext(driver, device, handle);
    }

    /** {@return the device} */
    public GpuDevice device() {
        return device;
    }

    /**
     * Allocates device memory, uninitialised, aligned to 256 bytes.
     *
     * @throws IllegalArgumentException when bytes is not positive
     * @throws GpuException when the device has no room
     */
    public DeviceMemory allocate(long bytes) {
        if (bytes <= 0)
            throw new IllegalArgumentException("A device memory of " + bytes + " bytes. Ask for 1 or more.");
        String attempted = "allocating " + bytes + " bytes on " + device;
        return keep(new DeviceMemory(
                this, handle(out -> call(DriverFunction.ALLOCATE, () -> attempted, out, bytes)), bytes));
    }

    /**
     * Allocates host memory that the device reaches directly: copies to and from it are fastest and may overlap with work.
     *
     * @throws IllegalArgumentException when bytes is not positive
     * @throws GpuException when the host has no room
     */
    public PinnedMemory allocatePinned(long bytes) {
        if (bytes <= 0)
            throw new IllegalArgumentException("A pinned memory of " + bytes + " bytes. Ask for 1 or more.");
        String attempted = "allocating " + bytes + " bytes of pinned host memory for " + device;
        return keep(new PinnedMemory(
                this, handle(out -> call(DriverFunction.ALLOCATE_PINNED, () -> attempted, out, bytes, 0)), bytes));
    }

    /** {@return a new stream, which does not wait for the default stream} */
    public GpuStream stream() {
        return stream(0);
    }

    /** {@return a new stream of a priority: lower numbers run first; the driver limits the range} */
    public GpuStream stream(int priority) {
        return keep(new GpuStream(
                this,
                handle(out ->
                        call(DriverFunction.STREAM_CREATE, () -> "creating a stream on " + device, out, 1, priority))));
    }

    /** {@return a new event, which keeps the time at which it was reached} */
    public GpuEvent event() {
        return keep(new GpuEvent(
                this,
                handle(out -> call(DriverFunction.EVENT_CREATE, () -> "creating an event on " + device, out, 0))));
    }

    /**
     * Compiles and loads PTX. The driver reads it as a compiler does and refuses what is none; binary code comes under a seal only.
     *
     * @throws GpuException when the driver does not take it; the message holds the compiler's log
     */
    public GpuModule load(String ptx) {
        return load(ptx.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Loads code that was compiled before.
     *
     * @throws IllegalArgumentException when it is for another vendor's GPUs
     * @throws GpuException when the driver does not take it
     */
    public GpuModule load(GpuCode code) {
        GpuApi needed = switch (code.target()) {
            case GpuTarget.Nvidia _ -> GpuApi.CUDA;
            case GpuTarget.Amd _ -> GpuApi.HIP;
        };
        if (api() != needed) {
            throw new IllegalArgumentException("The code is for " + code.chip() + ", and " + device + " is one of "
                    + api() + ". Compile it for this device.");
        }
        return load(code.image());
    }

    /**
     * Loads code. Drivers trust what they load, so what comes from files goes through {@link GpuKernel#load}.
     *
     * @param image PTX text for CUDA, a linked code object for HIP
     * @throws GpuException when the driver does not take it; the message holds the compiler's log
     */
    GpuModule load(byte[] image) {
        return keep(GpuModule.load(this, image));
    }

    /** Waits for everything on the device. */
    public void synchronize() {
        call(DriverFunction.SYNCHRONIZE, () -> "waiting for " + device);
    }

    /** {@return bytes of device memory that are free now, by the driver's account} */
    public long freeBytes() {
        return handle(out -> {
            try (Arena scratch = Arena.ofConfined()) {
                call(
                        DriverFunction.MEMORY_INFO,
                        () -> "asking for the free memory of " + device,
                        out,
                        scratch.allocate(JAVA_LONG).address());
            }
        });
    }

    /**
     * Lets the two devices reach each other's memory, so that {@link GpuStream#copyFromPeer} goes from one to the other directly; else
     * the driver takes it through the host.
     *
     * @return whether they reach each other, which a device and itself always do
     * @throws IllegalArgumentException when the other is of another vendor's driver
     */
    public boolean reachPeer(GpuContext peer) {
        mustBePeer(peer);
        return isSameDevice(peer) || (reaches(peer) && peer.reaches(this));
    }

    private boolean reaches(GpuContext peer) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment can = scratch.allocate(JAVA_INT);
            long to = can.address(), here = device.number(), there = peer.device.number();
            int error = attempt(DriverFunction.CAN_REACH_PEER, to, here, there);
            if (error != 0 || can.get(JAVA_INT, 0) == 0) return false;
        }
        int error = attempt(DriverFunction.REACH_PEER, peer.current(), 0);
        return error == 0 || error == PEER_REACHED_ALREADY;
    }

    void mustBePeer(GpuContext peer) {
        if (api() != peer.api()) {
            throw new IllegalArgumentException("A copy from " + peer.device + " of "
                    + peer.api().vendor() + " to " + device + " of " + api().vendor() + ". Copy through host memory.");
        }
    }

    boolean isSameDevice(GpuContext other) {
        return api() == other.api() && device.number() == other.device.number();
    }

    /** {@return how the driver calls this context where it is made current: its handle in CUDA, the device's number in HIP} */
    long current() {
        return api() == GpuApi.CUDA ? handle : device.number();
    }

    /**
     * Closes what is still open and leaves the device's context.
     *
     * @throws IllegalStateException while another thread's call uses one of its resources
     */
    @Override
    public void close() {
        List<GpuResource> resources;
        synchronized (open) {
            if (closed) return;
            resources = new ArrayList<>(open).reversed();
        }
        List<GpuException> failures = new ArrayList<>();
        for (GpuResource resource : resources) {
            try {
                resource.close();
            } catch (GpuException e) {
                failures.add(e); // a lost device fails every release; the rest is still to be closed
            }
        }
        synchronized (open) {
            if (closed) return;
            closed = true;
        }
        int error = driver.call(DriverFunction.RELEASE_CONTEXT, device.number());
        if (error != 0) failures.add(failure(DriverFunction.RELEASE_CONTEXT, error, "closing " + device, ""));
        if (failures.isEmpty()) return;
        GpuException first = failures.removeFirst();
        failures.forEach(first::addSuppressed);
        throw first;
    }

    GpuApi api() {
        return driver.api();
    }

    void forget(GpuResource resource) {
        synchronized (open) {
            open.remove(resource);
        }
    }

    void call(DriverFunction function, Supplier<String> attempted, long... arguments) {
        int error = attempt(function, arguments);
        if (error != 0) throw GpuException.of(driver, function, error, attempted.get(), "");
    }

    GpuException failure(DriverFunction function, int error, String attempted, String detail) {
        return GpuException.of(driver, function, error, attempted, detail);
    }

    /** {@return the driver's error number of a call made with this context current} */
    int attempt(DriverFunction function, long... arguments) {
        synchronized (open) {
            if (closed) throw new IllegalStateException("The context on " + device + " is closed. Open another one.");
        }
        int error = driver.call(DriverFunction.MAKE_CURRENT, current());
        if (error != 0) {
            throw GpuException.of(driver, DriverFunction.MAKE_CURRENT, error, "making " + device + " current", "");
        }
        return driver.call(function, arguments);
    }

    private <R extends GpuResource> R keep(R resource) {
        synchronized (open) {
            if (closed) throw new IllegalStateException("The context on " + device + " was closed meanwhile.");
            open.add(resource);
        }
        return resource;
    }

    /** Where a driver writes a handle. */
    interface Creation {
        void into(long out);
    }

    static long handle(Creation creation) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            creation.into(out.address());
            return out.get(JAVA_LONG, 0);
        }
    }
}
