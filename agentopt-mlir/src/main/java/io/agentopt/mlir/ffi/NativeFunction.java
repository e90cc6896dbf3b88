package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Binds exported functions. Pointers and integers all cross as {@code long}: the two are passed alike in every 64-bit C ABI, handles need no wrapper
 * objects, and the linker has to spin only one adapter for each number of arguments, which is most of the cost of a cold start.
 */
final class NativeFunction {
    private NativeFunction() {}

    /**
     * {@return the function of so many {@code long}s to a {@code long}}
     *
     * @throws IllegalStateException when there is no such function
     */
    static MethodHandle of(String name, int arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, JAVA_LONG);
        return of(name, FunctionDescriptor.of(JAVA_LONG, layouts));
    }

    /**
     * {@return the function of so many {@code long}s to nothing}
     *
     * @throws IllegalStateException when there is no such function
     */
    static MethodHandle ofVoid(String name, int arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments];
        Arrays.fill(layouts, JAVA_LONG);
        return of(name, FunctionDescriptor.ofVoid(layouts));
    }

    static MethodHandle of(String name, FunctionDescriptor descriptor) {
        var address = Mlir.symbols()
                .find(name)
                .orElseThrow(() -> new IllegalStateException("The MLIR library has no function '" + name
                        + "': it belongs to another version of agentopt-mlir. Use the natives of this version."));
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    /** No native function of ours throws; what arrives here is the linker's own complaint. */
    static IllegalStateException failed(Throwable t) {
        if (t instanceof Error e) throw e;
        return new IllegalStateException("A native call failed before it was made.", t);
    }
}
