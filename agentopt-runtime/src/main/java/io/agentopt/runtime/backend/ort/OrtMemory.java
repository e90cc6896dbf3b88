package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A kind of memory on a device, such as number 0's of {@code Cuda}. Tensors lie in it, allocators give it, outputs are bound to
 * it.
 */
public final class OrtMemory extends OrtHandle {
    private static final int DEVICE_ALLOCATOR = 0, DEFAULT_MEMORY = 0, HOST_ACCESSIBLE = 5;
    private static final int CPU = 0;

    private final boolean owned;
    private final boolean host;

    private OrtMemory(OrtEnvironment environment, MemorySegment raw, boolean owned) {
        super(environment, "memory " + text(environment.api(), raw), raw);
        this.owned = owned;
        host = isHost(environment.api(), raw);
    }

    /**
     * {@return memory by ONNX Runtime's name}
     *
     * @param name such as {@code Cpu}, {@code Cuda}, {@code CudaPinned}, {@code Hip}
     * @param device number of the device, from 0
     * @throws OrtException if ONNX Runtime has no such name
     */
    public static OrtMemory named(String name, int device) {
        OrtEnvironment environment = OrtEnvironment.get();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            environment
                    .api()
                    .invoke(
                            OrtFunction.CREATE_MEMORY_NAMED,
                            scratch.allocateFrom(name),
                            DEVICE_ALLOCATOR,
                            device,
                            DEFAULT_MEMORY,
                            out);
            return new OrtMemory(environment, out.get(ADDRESS, 0), true);
        } catch (OrtException e) {
            throw e.during("The memory '" + name + "' of device " + device + " is unknown");
        }
    }

    /**
     * {@return a device's own memory, where its kernels compute}
     *
     * @throws OrtException if its provider computes in host memory
     */
    public static OrtMemory of(EpDevice device) {
        return of(device, DEFAULT_MEMORY, "memory of its own; it computes in host memory");
    }

    /** {@return a device's own memory; empty if its provider computes in host memory} */
    public static Optional<OrtMemory> find(EpDevice device) {
        return find(device, DEFAULT_MEMORY);
    }

    /**
     * {@return host memory that a device reaches by itself}
     *
     * @throws OrtException if its provider offers none
     */
    public static OrtMemory pinned(EpDevice device) {
        return of(device, HOST_ACCESSIBLE, "host memory that it reaches by itself");
    }

    private static OrtMemory of(EpDevice device, int use, String lack) {
        return find(device, use)
                .orElseThrow(() ->
                        new OrtException(OrtException.NOT_FROM_ORT, "The device " + device + " has no " + lack + "."));
    }

    private static Optional<OrtMemory> find(EpDevice device, int use) {
        OrtEnvironment environment = OrtEnvironment.get();
        try {
            MemorySegment raw = (MemorySegment)
                    environment.api().handle(OrtFunction.EP_MEMORY).invokeExact(device.raw(), use);
            if (raw.address() == 0) return Optional.empty();
            return Optional.of(new OrtMemory(environment, raw, false)); // the environment's, as long as the process
        } catch (Throwable t) {
            throw OrtApi.unchecked(t);
        }
    }

    /** {@return such as {@code Cuda:0}} */
    static String text(OrtApi api, MemorySegment raw) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            api.call(OrtFunction.MEMORY_NAME, raw, out);
            String name = OrtApi.text(out.get(ADDRESS, 0));
            api.call(OrtFunction.MEMORY_ID, raw, out);
            return name + ":" + out.get(JAVA_INT, 0);
        }
    }

    /** {@return whether the CPU can read it} */
    private static boolean isHost(OrtApi api, MemorySegment raw) {
        try (Arena scratch = Arena.ofConfined()) {
            return isHost(api, raw, scratch.allocate(JAVA_INT));
        }
    }

    /** As the other; writes 4 bytes to {@code room}. */
    static boolean isHost(OrtApi api, MemorySegment raw, MemorySegment room) {
        api.tell(OrtFunction.MEMORY_DEVICE_TYPE, raw, room);
        if (room.get(JAVA_INT, 0) == CPU) return true;
        return api.has(OrtFunction.MEMORY_USE) && api.readInt(OrtFunction.MEMORY_USE, raw) == HOST_ACCESSIBLE;
    }

    /** {@return the PCI vendor number of who makes the devices that it is on; 0 if the provider does not say} */
    public int vendorId() {
        MemorySegment raw = enter();
        try {
            return environment().api().readInt(OrtFunction.MEMORY_VENDOR, raw);
        } finally {
            exit();
        }
    }

    /** {@return the number of the device that it is on, as the device's driver counts} */
    public int device() {
        MemorySegment raw = enter();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(JAVA_INT);
            environment().api().call(OrtFunction.MEMORY_ID, raw, out);
            return out.get(JAVA_INT, 0);
        } finally {
            exit();
        }
    }

    /** {@return whether the CPU can read and write it} */
    public boolean isHost() {
        return host;
    }

    @Override
    void free(MemorySegment handle) {
        if (owned) environment().api().release(OrtFunction.RELEASE_MEMORY, handle);
    }
}
