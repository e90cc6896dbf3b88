package io.agentopt.runtime.backend.ort;

import io.agentopt.mlir.ffi.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds ONNX Runtime's native library: the one that the property {@value #PROPERTY} names, else the one that ai.onnxruntime
 * has loaded in this process already, else the one in the jar com.microsoft.onnxruntime:onnxruntime. The last is unpacked once
 * into a cache folder ({@code AGENTOPT_CACHE}, else {@code ~/.cache/agentopt}) and found there by the next start.
 */
final class OrtLibrary {
    static final String PROPERTY = "agentopt.onnxruntime.library";

    /** Where the table is from if another was first. */
    static final String THEIRS = "the library that ai.onnxruntime loaded";

    private OrtLibrary() {}

    /** Where the function that opens the table was found. */
    record Entry(MemorySegment getApiBase, String origin) {}

    @SuppressWarnings("restricted")
    static Entry open() {
        String configured = System.getProperty(PROPERTY);
        if (configured == null) {
            Optional<MemorySegment> loaded = SymbolLookup.loaderLookup().find("OrtGetApiBase");
            if (loaded.isPresent()) return new Entry(loaded.get(), THEIRS);
        }
        Path file = configured == null ? unpacked() : Path.of(configured);
        if (!Files.isRegularFile(file)) {
            throw failure(
                    "The property " + PROPERTY + " names '" + file + "', which is not a file. Point it to"
                            + " libonnxruntime, or remove it to use the library in the jar com.microsoft.onnxruntime:onnxruntime.");
        }
        try {
            MemorySegment symbol = SymbolLookup.libraryLookup(file, Arena.global())
                    .find("OrtGetApiBase")
                    .orElseThrow(
                            () -> failure("The library '" + file + "' has no OrtGetApiBase, so it is not ONNX Runtime."
                                    + " Remove the property " + PROPERTY + " to use the one in the jar."));
            return new Entry(symbol, file.toString());
        } catch (IllegalArgumentException e) {
            throw failure("The library '" + file + "' could not be loaded. It must match this platform (" + platform()
                    + ") and lie on a file system that allows execution; set AGENTOPT_CACHE to a folder that does.");
        }
    }

    /** {@return the file or jar that {@link #open} would take, with size and time of change; empty where that is not known} */
    static Optional<String> identity() {
        String configured = System.getProperty(PROPERTY);
        try {
            if (configured != null) return Optional.of(identity(Path.of(configured)));
            if (SymbolLookup.loaderLookup().find("OrtGetApiBase").isPresent()) return Optional.empty();
            URL url = OrtLibrary.class.getClassLoader().getResource(resource());
            if (url == null) return Optional.empty();
            return Optional.of(identity(Path.of(
                    url.openConnection() instanceof JarURLConnection jar
                            ? jar.getJarFileURL().toURI()
                            : url.toURI())));
        } catch (IOException | URISyntaxException | IllegalArgumentException | FileSystemNotFoundException unknown) {
            return Optional.empty();
        }
    }

    private static String identity(Path file) throws IOException {
        return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
    }

    /** {@return the folder in the jar for this platform, such as {@code linux-x64}} */
    static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String system = os.contains("win") ? "win" : os.contains("mac") ? "osx" : "linux";
        return system + "-" + (arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
    }

    static boolean isWindows() {
        return platform().startsWith("win");
    }

    private static String file() {
        return isWindows()
                ? "onnxruntime.dll"
                : platform().startsWith("osx") ? "libonnxruntime.dylib" : "libonnxruntime.so";
    }

    private static String resource() {
        return "ai/onnxruntime/native/" + platform() + "/" + file();
    }

    private static Path unpacked() {
        String name = file(), resource = resource();
        URL url = OrtLibrary.class.getClassLoader().getResource(resource);
        if (url == null) {
            throw failure("No ONNX Runtime for " + platform() + " is on the class path (" + resource
                    + "). Add com.microsoft.onnxruntime:onnxruntime, or set the property " + PROPERTY
                    + " to a library.");
        }
        try {
            URLConnection connection = url.openConnection();
            String folder = version(connection) + "-" + connection.getContentLengthLong();
            try {
                return unpack(
                        connection,
                        UserCache.folder()
                                .resolve("onnxruntime")
                                .resolve(folder)
                                .resolve(name));
            } catch (IOException readOnly) {
                Path temporary = Files.createTempDirectory("agentopt-onnxruntime"); // fresh and private to this user
                temporary.toFile().deleteOnExit();
                Path file = unpack(url.openConnection(), temporary.resolve(name));
                file.toFile().deleteOnExit();
                return file;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "ONNX Runtime could not be unpacked from " + url + ". Set AGENTOPT_CACHE to a"
                            + " folder that can be written, or the property " + PROPERTY + " to a library.",
                    e);
        }
    }

    private static Path unpack(URLConnection from, Path to) throws IOException {
        if (Files.isRegularFile(to) && Files.size(to) == from.getContentLengthLong()) return to;
        Files.createDirectories(to.getParent());
        Path part = Files.createTempFile(to.getParent(), "part", ".tmp");
        try (InputStream in = from.getInputStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            try {
                Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, to, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
        return to;
    }

    private static String version(URLConnection connection) throws IOException {
        if (connection instanceof JarURLConnection jar && jar.getManifest() != null) {
            String version = jar.getManifest().getMainAttributes().getValue("Implementation-Version");
            if (version != null) return version;
        }
        return "unversioned";
    }

    private static OrtException failure(String message) {
        return new OrtException(OrtException.NOT_FROM_ORT, message);
    }
}
