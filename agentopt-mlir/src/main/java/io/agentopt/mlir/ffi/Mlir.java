package io.agentopt.mlir.ffi;

/** The graph library of this process, loaded at first use. */
public final class Mlir {
    private Mlir() {}

    /** {@return whether MLIR can be used here, and from which file, or why not; never throws} */
    public static Availability availability() {
        return Loaded.LIBRARY.availability();
    }

    /** {@return the library, loaded or not} */
    static NativeLibrary library() {
        return Loaded.LIBRARY;
    }

    /** Loading is process-wide and happens once: the JVM cannot unload a library that handles point into. */
    private static final class Loaded {
        static final NativeLibrary LIBRARY = NativeLibrary.find(NativeLibrary.Search.ofProcess(Library.GRAPH));
    }
}
