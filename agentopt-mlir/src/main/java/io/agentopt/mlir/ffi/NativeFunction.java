package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Binds exported functions, of the graph library where no other is named. Pointers and integers all cross as {@code long}: the two are passed alike in every 64-bit C ABI, handles need no wrapper
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
        return of(name, FunctionDescriptor.of(JAVA_LONG, longs(arguments)));
    }

    /**
     * {@return the function of so many {@code long}s to nothing}
     *
     * @throws IllegalStateException when there is no such function
     */
    static MethodHandle ofVoid(String name, int arguments) {
        return of(name, FunctionDescriptor.ofVoid(longs(arguments)));
    }

    static MethodHandle of(String name, FunctionDescriptor descriptor) {
        return in(Mlir.library(), name, descriptor);
    }

    /**
     * {@return the function of so many {@code long}s to a {@code long} of another library than the graph's}
     *
     * @throws IllegalStateException when there is no such function
     */
    static MethodHandle in(NativeLibrary library, String name, int arguments) {
        return in(library, name, FunctionDescriptor.of(JAVA_LONG, longs(arguments)));
    }

    static MethodHandle in(NativeLibrary library, String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.function(name), descriptor);
    }

    private static MemoryLayout[] longs(int count) {
        MemoryLayout[] layouts = new MemoryLayout[count];
        Arrays.fill(layouts, JAVA_LONG);
        return layouts;
    }

    /** No native function of ours throws: what arrives here comes from preparing the call, as an argument that is null, or is the linker's own complaint. */
    static IllegalStateException failed(Throwable t) {
        if (t instanceof Error e) throw e;
        if (t instanceof RuntimeException e) throw e;
        return new IllegalStateException("A native call failed before it was made.", t);
    }
}
