package io.agentopt.mlir.ffi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The class path's library, checked against its SHA-256, and its copy on disk. The copy lies in a folder named by the checksum, arrives there by an
 * atomic move (two processes may start at once) and is compared with the original before each use, so a cut-off or altered copy is replaced.
 */
final class UnpackedLibrary {
    private final Library library;
    private final byte[] content;
    private final String sha256;

    private UnpackedLibrary(Library library, byte[] content, String sha256) {
        this.library = library;
        this.content = content;
        this.sha256 = sha256;
    }

    /**
     * {@return the library and its checksum, or empty when the class path has none}
     *
     * @throws IOException when damaged; its message says how
     */
    static Optional<UnpackedLibrary> read(Library library, Function<String, Optional<InputStream>> resources)
            throws IOException {
        Optional<byte[]> content = bytes(resources, library.resource());
        if (content.isEmpty()) return Optional.empty();
        byte[] stated = bytes(resources, library.resource() + ".sha256")
                .orElseThrow(() -> new IOException(library.title() + " on the class path has no checksum ("
                        + library.resource() + ".sha256). Fetch or build the natives again."));
        String expected = new String(stated, StandardCharsets.US_ASCII).strip();
        String actual = checksum(content.get());
        if (!actual.equals(expected)) {
            throw new IOException(library.title() + " on the class path is damaged: its SHA-256 is " + actual + ", not "
                    + expected + ". Fetch or build the natives again.");
        }
        return Optional.of(new UnpackedLibrary(library, content.get(), actual));
    }

    /** {@return folders of this user: the cache, then a private temporary folder that is made when needed} */
    static List<Path> cacheFolders() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        return List.of(UserCache.folder().resolve("lib"), temporary);
    }

    Path unpackInto(Path cache) throws IOException {
        // The temporary folder is shared with other users: only a folder that nobody else can write is safe to load
        // from.
        boolean shared = cache.equals(Path.of(System.getProperty("java.io.tmpdir")));
        Path folder =
                shared ? Files.createTempDirectory("agentopt-mlir-") : Files.createDirectories(cache.resolve(sha256));
        Path file = folder.resolve(library.fileName());
        if (shared) {
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
        }
        if (Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content)) return file;
        Path part = Files.createTempFile(folder, "unpacking", ".part");
        try {
            Files.write(part, content);
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    private static Optional<byte[]> bytes(Function<String, Optional<InputStream>> resources, String name)
            throws IOException {
        Optional<InputStream> stream = resources.apply(name);
        if (stream.isEmpty()) return Optional.empty();
        try (InputStream in = stream.get()) {
            return Optional.of(in.readAllBytes());
        }
    }

    private static String checksum(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
