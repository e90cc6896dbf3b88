package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * An open driver library. Pointers and integers all cross as {@code long} (the 64-bit C interfaces of both drivers' platforms pass the two alike), so one
 * adapter serves all functions of one arity; a function is bound when it is first called.
 */
final class DriverLibrary {
    private static final long LONGEST_TEXT = 1 << 12;

    private final GpuApi api;
    private final SymbolLookup symbols;
    private final AtomicReferenceArray<MethodHandle> bound = new AtomicReferenceArray<>(DriverFunction.values().length);

    DriverLibrary(GpuApi api, SymbolLookup symbols) {
        this.api = api;
        this.symbols = symbols;
    }

    GpuApi api() {
        return api;
    }

    /** {@return the driver's error number, 0 for success} */
    @SuppressWarnings("EnumOrdinal") // a dense array of one entry a constant; nothing outlives a run
    int call(DriverFunction function, long... arguments) {
        MethodHandle handle = bound.get(function.ordinal());
        if (handle == null) {
            handle =
                    bind(function.name(api), function.arguments(api)).asSpreader(long[].class, function.arguments(api));
            bound.set(function.ordinal(), handle);
        }
        try {
            return (int) handle.invokeExact(arguments);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    boolean has(DriverFunction function) {
        return symbols.find(function.name(api)).isPresent();
    }

    /** {@return the driver's name of an error and its text, as "CUDA_ERROR_OUT_OF_MEMORY (2: out of memory)"} */
    String describe(int error) {
        return switch (api) {
            case CUDA ->
                cudaText("cuGetErrorName", error) + " (" + error + ": " + cudaText("cuGetErrorString", error) + ")";
            case HIP ->
                hipText("hipGetErrorName", error) + " (" + error + ": " + hipText("hipGetErrorString", error) + ")";
        };
    }

    private String cudaText(String function, int error) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            int refused = (int) bind(function, 2).invokeExact((long) error, out.address());
            return refused == 0 ? text(out.get(JAVA_LONG, 0)) : "unknown error";
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    private String hipText(String function, int error) {
        try {
            return text((long) handle(function, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG))
                    .invokeExact((long) error));
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    @SuppressWarnings("restricted")
    private static String text(long address) {
        return address == 0
                ? "unknown error"
                : MemorySegment.ofAddress(address).reinterpret(LONGEST_TEXT).getString(0);
    }

    private MethodHandle bind(String function, int arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, JAVA_LONG);
        return handle(function, FunctionDescriptor.of(JAVA_INT, layouts));
    }

    @SuppressWarnings("restricted")
    private MethodHandle handle(String function, FunctionDescriptor descriptor) {
        MemorySegment address = symbols.find(function)
                .orElseThrow(() -> new IllegalStateException("The " + api.vendor() + " driver (" + api.library()
                        + ") has no function '" + function + "': it is too old. Update the driver."));
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    /** The drivers' functions do not throw; what arrives here is the linker's own complaint. */
    private static RuntimeException failed(Throwable t) {
        if (t instanceof Error e) throw e;
        if (t instanceof RuntimeException e) return e;
        return new IllegalStateException("A driver call failed before it was made.", t);
    }
}
