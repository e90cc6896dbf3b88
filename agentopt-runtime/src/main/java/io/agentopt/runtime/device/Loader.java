package io.agentopt.runtime.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens a library and says why not: the system loader's own text tells a missing library from a missing dependency, which
 * {@link SymbolLookup#libraryLookup(String, Arena)} keeps to itself. Libraries stay open for the life of the process.
 */
final class Loader {
    private static final int LAZY = 1;
    private static final long LONGEST_TEXT = 1 << 16;
    private static final Pattern MISSING = Pattern.compile("(\\S+): cannot open shared object file");

    private Loader() {}

    /** Where a library got to: open, or a rung with the loader's text. */
    sealed interface Outcome permits Open, Failed {}

    record Open(SymbolLookup symbols) implements Outcome {}

    record Failed(Rung rung, String reason) implements Outcome {}

    /** Opens by name, searched where the system searches, or by path. */
    @SuppressWarnings("restricted")
    static Outcome open(String library) {
        if (LibraryPath.lacks(library)) return failed(library, library + ": cannot open shared object file");
        Optional<String> refusal = refusal(library);
        if (refusal.isPresent()) return failed(library, refusal.get());
        try {
            return new Open(
                    library.contains("/")
                            ? SymbolLookup.libraryLookup(java.nio.file.Path.of(library), Arena.global())
                            : SymbolLookup.libraryLookup(library, Arena.global()));
        } catch (IllegalArgumentException e) {
            return failed(library, String.valueOf(e.getMessage()));
        }
    }

    /** Reads the loader's text: which file could not be opened, or what else is wrong. */
    static Failed failed(String library, String text) {
        Matcher m = MISSING.matcher(text);
        if (!m.find())
            return new Failed(text.startsWith("Cannot open library") ? Rung.LIBRARY_MISSING : Rung.INIT_FAILED, text);
        return m.group(1).equals(library)
                ? new Failed(Rung.LIBRARY_MISSING, "The library " + library + " is not there.")
                : missing(library, m.group(1));
    }

    /** {@return the failure of a library that is linked to one that is not there} */
    static Failed missing(String library, String needed) {
        return new Failed(
                Rung.DEPENDENCY_MISSING,
                "The library " + library + " needs " + needed
                        + ", which is not there. Install it or add its folder to LD_LIBRARY_PATH.");
    }

    // dlopen where the system has it: its error text is the point.
    @SuppressWarnings("restricted")
    private static Optional<String> refusal(String library) {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> open = linker.defaultLookup().find("dlopen"),
                error = linker.defaultLookup().find("dlerror");
        if (open.isEmpty() || error.isEmpty()) return Optional.empty();
        MethodHandle dlopen = linker.downcallHandle(open.get(), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        MethodHandle dlerror = linker.downcallHandle(error.get(), FunctionDescriptor.of(ADDRESS));
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment handle = (MemorySegment) dlopen.invokeExact(scratch.allocateFrom(library), LAZY);
            if (handle.address() != 0) return Optional.empty();
            MemorySegment text = (MemorySegment) dlerror.invokeExact();
            return Optional.of(
                    text.address() == 0
                            ? "The loader gave no reason."
                            : text.reinterpret(LONGEST_TEXT).getString(0));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
