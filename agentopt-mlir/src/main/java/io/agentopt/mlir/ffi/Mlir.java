package io.agentopt.mlir.ffi;

import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import java.lang.foreign.SymbolLookup;

/** The native library of this process, loaded at first use. */
public final class Mlir {
    private Mlir() {}

    /** {@return whether MLIR can be used here, and from which file, or why not; never throws} */
    public static Availability availability() {
        return Loaded.LIBRARY.availability();
    }

    /**
     * The exported functions.
     *
     * @throws IllegalStateException with the reason when the library is unavailable
     */
    static SymbolLookup symbols() {
        NativeLibrary library = Loaded.LIBRARY;
        return switch (library.availability()) {
            case Available _ -> library.symbols();
            case Unavailable(String reason) -> throw new IllegalStateException(reason);
        };
    }

    /** Loading is process-wide and happens once: the JVM cannot unload a library that handles point into. */
    private static final class Loaded {
        static final NativeLibrary LIBRARY = NativeLibrary.find(NativeLibrary.Search.ofProcess());
    }
}
