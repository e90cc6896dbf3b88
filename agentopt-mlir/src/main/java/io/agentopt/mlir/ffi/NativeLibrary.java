package io.agentopt.mlir.ffi;

import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Finds and loads a native library: the file that a system property names, or else the class path's copy, unpacked into a cache folder. A named
 * file is never replaced by a fallback: whoever names one wants to know that it does not work.
 */
final class NativeLibrary {
    private static final SymbolLookup NOTHING = _ -> Optional.empty();

    private final Library library;
    private final Availability availability;
    private final SymbolLookup symbols;

    private NativeLibrary(Library library, Availability availability, SymbolLookup symbols) {
        this.library = library;
        this.availability = availability;
        this.symbols = symbols;
    }

    Availability availability() {
        return availability;
    }

    /**
     * {@return the address of an exported function}
     *
     * @throws IllegalStateException with the reason when the library is unavailable or has no such function
     */
    MemorySegment function(String name) {
        if (availability instanceof Unavailable(String reason)) throw new IllegalStateException(reason);
        return symbols.find(name)
                .orElseThrow(() -> new IllegalStateException(library.title() + " has no function '" + name
                        + "': it belongs to another version of agentopt-mlir. Use the natives of this version."));
    }

    /**
     * Where to look.
     *
     * @param library what to look for
     * @param named the value of its property, if set
     * @param platform os and architecture, as "linux-x86_64"
     * @param resources opens a class path resource, if there
     * @param caches folders to unpack into, first choice first
     * @param glibc the version of the C library, empty where it is another one; asked for when a library does not load
     */
    record Search(
            Library library,
            Optional<String> named,
            String platform,
            Function<String, Optional<InputStream>> resources,
            List<Path> caches,
            Supplier<Optional<String>> glibc) {
        static Search ofProcess(Library library) {
            return new Search(
                    library,
                    Optional.ofNullable(System.getProperty(library.property())).filter(s -> !s.isBlank()),
                    platformName(),
                    name -> Optional.ofNullable(
                            NativeLibrary.class.getClassLoader().getResourceAsStream(name)),
                    UnpackedLibrary.cacheFolders(),
                    Glibc::ofProcess);
        }

        private static String platformName() {
            String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
            String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
            return os + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
        }
    }

    static NativeLibrary find(Search search) {
        Library library = search.library();
        if (search.named().isPresent()) return named(search, search.named().get());
        if (!search.platform().equals("linux-x86_64")) {
            return unavailable(
                    library,
                    library.title() + " exists for linux-x86_64 only, and this is " + search.platform() + ". Set -D"
                            + library.property() + " to a library of your own, or " + library.otherwise() + ".");
        }
        UnpackedLibrary packed;
        try {
            Optional<UnpackedLibrary> found = UnpackedLibrary.read(library, search.resources());
            if (found.isEmpty()) {
                return unavailable(
                        library,
                        "No " + library.title().substring("The ".length()) + " on the class path ("
                                + library.resource() + "). Add agentopt-mlir's artifact with classifier "
                                + library.classifier()
                                + ", or set -D" + library.property() + ".");
            }
            packed = found.get();
        } catch (IOException damaged) {
            return unavailable(library, String.valueOf(damaged.getMessage()));
        }
        return unpack(search, packed);
    }

    private static NativeLibrary named(Search search, String path) {
        Library library = search.library();
        Path file = Path.of(path).toAbsolutePath();
        if (!Files.isRegularFile(file)) {
            return unavailable(
                    library,
                    library.title() + " '" + file + "' (system property " + library.property()
                            + ") does not exist. Correct the property, or remove it"
                            + " to use the library on the class path.");
        }
        NativeLibrary loaded = load(search, file);
        return loaded.availability() instanceof Unavailable(String reason)
                ? unavailable(library, reason + " It was named by the system property " + library.property() + ".")
                : loaded;
    }

    private static NativeLibrary unpack(Search search, UnpackedLibrary packed) {
        Library library = search.library();
        List<String> failures = new ArrayList<>();
        for (Path cache : search.caches()) {
            try {
                NativeLibrary loaded = load(search, packed.unpackInto(cache));
                if (!(loaded.availability() instanceof Unavailable(String reason))) return loaded;
                if (Glibc.complaint(library, search.glibc().get()).isPresent()) return loaded; // as in every folder
                failures.add(reason);
            } catch (UnpackedLibrary.DamagedException damaged) {
                return unavailable(library, String.valueOf(damaged.getMessage()));
            } catch (IOException | UnsupportedOperationException e) {
                failures.add("Cannot write '" + cache + "' (" + e + ").");
            }
        }
        return unavailable(
                library,
                library.title() + " could not be unpacked to a folder that allows writing and execution. "
                        + String.join(" ", failures) + " Set AGENTOPT_CACHE to such a folder, or -D"
                        + library.property()
                        + " to an unpacked library.");
    }

    private static NativeLibrary load(Search search, Path file) {
        Library library = search.library();
        try {
            SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
            if (symbols.find(Library.WITNESS).isEmpty()) {
                return unavailable(
                        library,
                        "The library '" + file + "' is not AgentOpt's: it has no function " + Library.WITNESS + ".");
            }
            return new NativeLibrary(library, new Available(file), symbols);
        } catch (IllegalArgumentException | IllegalCallerException e) {
            String why = Glibc.complaint(library, search.glibc().get())
                    .map(c -> " " + c)
                    .orElse("");
            return unavailable(library, "The library '" + file + "' cannot be loaded (" + e.getMessage() + ")." + why);
        }
    }

    private static NativeLibrary unavailable(Library library, String reason) {
        return new NativeLibrary(library, new Unavailable(reason), NOTHING);
    }
}
