package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.mlir.ffi.Codegen.Loading;
import io.agentopt.mlir.ffi.ExecutableMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Code of an object file in memory, with one entry. */
public final class LoadedObject implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment entry;

    private LoadedObject(long entry, Runnable unload) {
        this.entry = MemorySegment.ofAddress(entry).reinterpret(arena, _ -> unload.run());
    }

    /**
     * Loads an object file. Its code sees libm, memcpy, memmove and memset, and nothing else of the process. The loader trusts what it loads, as it would trust the
     * code itself: give it what {@link CpuCompiler} made, unchanged. {@link KernelCache} holds files against their checksums first.
     *
     * @param function the function to look up
     * @throws IllegalArgumentException when it is no object file of this machine, needs other symbols, or lacks the function
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public static LoadedObject load(byte[] object, String function) {
        return switch (Codegen.load(object, function)) {
            case Loading.Done loaded -> new LoadedObject(loaded.entry(), () -> Codegen.unload(loaded.code()));
            case Loading.Failed(String reason) ->
                throw new IllegalArgumentException(
                        "The object file with '" + function + "' cannot be loaded: " + reason);
        };
    }

    /**
     * Loads an object file without the code generation library; it must be one of this release. Its code sees memcpy, memmove and memset. It is trusted as {@link #load} trusts it.
     *
     * @throws IllegalArgumentException when it is no object of a kernel, or lacks the function
     * @throws IllegalStateException when the system gives no memory for code
     */
    static LoadedObject linkedInJava(byte[] object, String function) {
        KernelObject linked = KernelObject.link(object, function, ExecutableMemory.copies());
        int bytes = linked.image().length;
        long address = ExecutableMemory.of(linked.image());
        return new LoadedObject(address + linked.entry(), () -> ExecutableMemory.free(address, bytes));
    }

    /** {@return the function's address, valid until this is closed} */
    public MemorySegment entry() {
        return entry;
    }

    /**
     * Frees the code. Closing twice does nothing.
     *
     * @throws IllegalStateException when a thread is running it
     */
    @Override
    public void close() {
        if (!arena.scope().isAlive()) return;
        try {
            arena.close();
        } catch (IllegalStateException running) {
            throw new IllegalStateException(
                    "This code is being run by another thread. Close it, or the kernels that it belongs to, when nothing runs it any more.",
                    running);
        }
    }
}
