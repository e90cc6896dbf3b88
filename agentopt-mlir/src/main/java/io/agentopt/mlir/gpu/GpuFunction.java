package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A kernel of a loaded module; it lives as long as the module. */
public final class GpuFunction {
    private static final int MOST_THREADS = 0; // the numbers of both drivers' attributes
    private static final int REGISTERS = 4;

    private final GpuModule module;
    private final String name;
    private final long handle;

    GpuFunction(GpuModule module, String name, long handle) {
        this.module = module;
        this.name = name;
        this.handle = handle;
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /** {@return the most threads a block of it may have} */
    public int mostThreads() {
        return attribute(MOST_THREADS);
    }

    /** {@return registers that a thread of it uses} */
    public int registers() {
        return attribute(REGISTERS);
    }

    GpuModule module() {
        return module;
    }

    /** {@return the handle; only while the module is held} */
    long handle() {
        return handle;
    }

    /**
     * Queues a launch on a stream of another library.
     *
     * @param stream the driver's handle; the caller vouches for it, and for what the values point to
     * @param values one a parameter, in the kernel's order
     */
    void launchOn(long stream, LaunchShape shape, long[] values) {
        module.hold();
        try (Arena scratch = Arena.ofConfined()) { // the driver copies them
            MemorySegment slots = scratch.allocateFrom(JAVA_LONG, values);
            MemorySegment pointers = scratch.allocate(ADDRESS, values.length);
            for (int i = 0; i < values.length; i++)
                pointers.setAtIndex(ADDRESS, i, slots.asSlice(i * JAVA_LONG.byteSize()));
            module.context()
                    .call(
                            DriverFunction.LAUNCH,
                            () -> "launching the kernel '" + name + "' as " + shape,
                            handle,
                            shape.blocks(),
                            1,
                            1,
                            shape.threads(),
                            1,
                            1,
                            shape.sharedBytes(),
                            stream,
                            pointers.address(),
                            0);
        } finally {
            module.drop();
        }
    }

    private int attribute(int number) {
        module.hold();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment value = scratch.allocate(JAVA_INT);
            module.context()
                    .call(
                            DriverFunction.FUNCTION_ATTRIBUTE,
                            () -> "reading an attribute of the kernel '" + name + "'",
                            value.address(),
                            number,
                            handle);
            return value.get(JAVA_INT, 0);
        } finally {
            module.drop();
        }
    }
}
