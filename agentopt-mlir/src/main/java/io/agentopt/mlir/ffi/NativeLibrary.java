package io.agentopt.mlir.ffi;

import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds and loads the native library: the file that a system property names, or else the class path's copy, unpacked into a cache folder. A named
 * file is never replaced by a fallback: whoever names one wants to know that it does not work.
 */
final class NativeLibrary {
    static final String PROPERTY = "agentopt.mlir.library";
    static final String RESOURCE = "io/agentopt/mlir/natives/linux-x86_64/libagentopt-mlir.so";
    /** A function every version exports; its absence tells a foreign library. */
    private static final String WITNESS = "agentoptContextCreate";

    private static final SymbolLookup NOTHING = _ -> Optional.empty();

    private final Availability availability;
    private final SymbolLookup symbols;

    private NativeLibrary(Availability availability, SymbolLookup symbols) {
        this.availability = availability;
        this.symbols = symbols;
    }

    Availability availability() {
        return availability;
    }

    SymbolLookup symbols() {
        return symbols;
    }

    /**
     * Where to look.
     *
     * @param named the value of {@value #PROPERTY}, if set
     * @param platform os and architecture, as "linux-x86_64"
     * @param resources opens a class path resource, if there
     * @param caches folders to unpack into, first choice first
     */
    record Search(
            Optional<String> named,
            String platform,
            Function<String, Optional<InputStream>> resources,
            List<Path> caches) {
        static Search ofProcess() {
            return new Search(
                    Optional.ofNullable(System.getProperty(PROPERTY)).filter(s -> !s.isBlank()),
                    platformName(),
                    name -> Optional.ofNullable(
                            NativeLibrary.class.getClassLoader().getResourceAsStream(name)),
                    UnpackedLibrary.cacheFolders());
        }

        private static String platformName() {
            String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
            String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
            return os + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
        }
    }

    static NativeLibrary find(Search search) {
        if (search.named().isPresent()) return named(search.named().get());
        if (!search.platform().equals("linux-x86_64")) {
            return unavailable("The MLIR library exists for linux-x86_64 only, and this is " + search.platform()
                    + ". Set -D" + PROPERTY + " to a library of your own, or lower in plain Java.");
        }
        UnpackedLibrary packed;
        try {
            Optional<UnpackedLibrary> found = UnpackedLibrary.read(search.resources());
            if (found.isEmpty()) {
                return unavailable("No MLIR library on the class path (" + RESOURCE
                        + "). Add agentopt-mlir's artifact with classifier" + " natives-linux-x86_64, or set -D"
                        + PROPERTY + ".");
            }
            packed = found.get();
        } catch (IOException damaged) {
            return unavailable(String.valueOf(damaged.getMessage()));
        }
        return unpack(packed, search.caches());
    }

    private static NativeLibrary named(String path) {
        Path file = Path.of(path).toAbsolutePath();
        if (!Files.isRegularFile(file)) {
            return unavailable("The MLIR library '" + file + "' (system property " + PROPERTY
                    + ") does not exist. Correct the property, or remove it"
                    + " to use the library on the class path.");
        }
        NativeLibrary loaded = load(file);
        return loaded.availability() instanceof Unavailable(String reason)
                ? unavailable(reason + " It was named by the system property " + PROPERTY + ".")
                : loaded;
    }

    private static NativeLibrary unpack(UnpackedLibrary packed, List<Path> caches) {
        List<String> failures = new ArrayList<>();
        for (Path cache : caches) {
            try {
                NativeLibrary loaded = load(packed.unpackInto(cache));
                if (!(loaded.availability() instanceof Unavailable(String reason))) return loaded;
                failures.add(reason);
            } catch (IOException | UnsupportedOperationException e) {
                failures.add("Cannot write '" + cache + "' (" + e + ").");
            }
        }
        return unavailable("The MLIR library could not be unpacked to a folder that allows writing and execution. "
                + String.join(" ", failures) + " Set AGENTOPT_CACHE to such a folder, or -D" + PROPERTY
                + " to an unpacked library.");
    }

    private static NativeLibrary load(Path file) {
        try {
            SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
            if (symbols.find(WITNESS).isEmpty()) {
                return unavailable("The library '" + file + "' is not AgentOpt's: it has no function " + WITNESS + ".");
            }
            return new NativeLibrary(new Available(file), symbols);
        } catch (IllegalArgumentException | IllegalCallerException e) {
            return unavailable("The library '" + file + "' cannot be loaded (" + e.getMessage() + ").");
        }
    }

    private static NativeLibrary unavailable(String reason) {
        return new NativeLibrary(new Unavailable(reason), NOTHING);
    }
}
