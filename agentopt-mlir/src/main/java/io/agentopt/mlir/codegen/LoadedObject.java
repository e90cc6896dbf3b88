package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.mlir.ffi.Codegen.Loading;
import io.agentopt.mlir.ffi.ExecutableMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Code of an object file in memory, with one entry. */
public final class LoadedObject implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment entry;

    private LoadedObject(long entry, Runnable unload) {
        this.entry = MemorySegment.ofAddress(entry).reinterpret(arena, _ -> unload.run());
    }

    /**
     * Loads code. It sees libm, memcpy, memmove and memset, and nothing else of the process. LLVM's loader trusts what it loads, as one trusts the code
     * itself, and an instruction that the processor does not have ends the process: so the code comes under its seal, and what the seal asks for must be here.
     *
     * @param function the function to look up
     * @throws IllegalArgumentException when it is for a processor with more features than this one, needs other symbols, or lacks the function
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public static LoadedObject load(CpuCode code, String function) {
        CpuTarget here = CpuTarget.host();
        List<String> lacking = here.lacks(code.features());
        if (!lacking.isEmpty()) {
            throw new IllegalArgumentException("The code with '" + function + "' is for " + code.chip() + ", and this "
                    + here.chip() + " lacks " + String.join(", ", lacking) + ". Compile the kernel on this machine.");
        }
        return switch (Codegen.load(code.object(), function)) {
            case Loading.Done loaded -> new LoadedObject(loaded.entry(), () -> Codegen.unload(loaded.code()));
            case Loading.Failed(String reason) ->
                throw new IllegalArgumentException("The code with '" + function + "' cannot be loaded: " + reason);
        };
    }

    /**
     * Loads code without the code generation library; it must be of this release and run on this processor, as {@link ObjectKernels#runsHere} says. It sees
     * memcpy, memmove and memset.
     *
     * @throws IllegalArgumentException when it is no object of a kernel, or lacks the function
     * @throws IllegalStateException when the system gives no memory for code
     */
    static LoadedObject linkedInJava(CpuCode code, String function) {
        KernelObject linked = KernelObject.link(code.object(), function, ExecutableMemory.copies());
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
