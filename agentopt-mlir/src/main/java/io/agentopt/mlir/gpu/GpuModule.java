package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Loaded code. */
public final class GpuModule extends GpuResource {
    private static final int LOG_BYTES = 8192;
    // CU_JIT_ERROR_LOG_BUFFER and its size; HIP compiles nothing and takes no options.
    private static final int[] LOG_OPTIONS = {5, 6};

    private GpuModule(GpuContext context, long handle) {
        super(context, handle);
    }

    static GpuModule load(GpuContext context, byte[] image) {
        if (image.length == 0)
            throw new IllegalArgumentException("A module of 0 bytes. Load PTX text or a code object.");
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment copy = scratch.allocate(image.length + 1L, 16); // text ends with a zero
            MemorySegment.copy(image, 0, copy, JAVA_BYTE, 0, image.length);
            boolean compiles = context.api() == GpuApi.CUDA;
            MemorySegment log = scratch.allocate(LOG_BYTES), options = scratch.allocateFrom(JAVA_INT, LOG_OPTIONS);
            MemorySegment values = scratch.allocate(ADDRESS, 2);
            values.setAtIndex(ADDRESS, 0, log);
            values.setAtIndex(ADDRESS, 1, MemorySegment.ofAddress(LOG_BYTES - 1));
            return new GpuModule(context, GpuContext.handle(out -> {
                int error = context.attempt(
                        DriverFunction.MODULE_LOAD,
                        out,
                        copy.address(),
                        compiles ? LOG_OPTIONS.length : 0,
                        compiles ? options.address() : 0,
                        compiles ? values.address() : 0);
                if (error == 0) return;
                String text = log.getString(0).strip();
                throw context.failure(
                        DriverFunction.MODULE_LOAD,
                        error,
                        "loading code of " + image.length + " bytes on " + context.device(),
                        text.isEmpty() ? "" : " The driver's compiler says: " + text);
            }));
        }
    }

    /**
     * {@return a kernel of this module}
     *
     * @throws GpuException when it has none of this name
     */
    public GpuFunction function(String name) {
        long module = hold();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment text = scratch.allocateFrom(name);
            return new GpuFunction(
                    this,
                    name,
                    GpuContext.handle(out -> context()
                            .call(
                                    DriverFunction.MODULE_FUNCTION,
                                    () -> "looking for the kernel '" + name + "'",
                                    out,
                                    module,
                                    text.address())));
        } finally {
            drop();
        }
    }

    @Override
    String describe() {
        return "module";
    }

    @Override
    void release(long module) {
        String attempted = "unloading a module on " + context().device();
        context().call(DriverFunction.SYNCHRONIZE, () -> attempted);
        context().call(DriverFunction.MODULE_UNLOAD, () -> attempted, module);
    }
}
