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
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The class path's library and its copy on disk. The copy lies in a folder named by its SHA-256, arrives there by an atomic move (two processes may start at
 * once) and is checked before each use, so a cut-off or altered copy is replaced. The packed library itself is read only to make a copy: unpacking 90 MB
 * takes longer than checking them.
 */
final class UnpackedLibrary {
    private static final int CHUNK = 1 << 20;

    private final Library library;
    private final Function<String, Optional<InputStream>> resources;
    private final String sha256;

    private UnpackedLibrary(Library library, Function<String, Optional<InputStream>> resources, String sha256) {
        this.library = library;
        this.resources = resources;
        this.sha256 = sha256;
    }

    /** The packed library is not what its checksum says. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    /**
     * {@return the library, or empty when the class path has none}
     *
     * @throws DamagedException when its checksum is missing
     */
    static Optional<UnpackedLibrary> read(Library library, Function<String, Optional<InputStream>> resources)
            throws IOException {
        Optional<InputStream> packed = resources.apply(library.resource());
        if (packed.isEmpty()) return Optional.empty();
        packed.get().close();
        String name = library.resource() + ".sha256";
        try (InputStream stated = resources
                .apply(name)
                .orElseThrow(() -> new DamagedException(library.title() + " on the class path has no checksum (" + name
                        + "). Fetch or build the natives again."))) {
            String sha256 = new String(stated.readAllBytes(), StandardCharsets.US_ASCII).strip();
            return Optional.of(new UnpackedLibrary(library, resources, sha256));
        }
    }

    /** {@return folders of this user: the cache, then a private temporary folder that is made when needed} */
    static List<Path> cacheFolders() {
        return List.of(UserCache.folder().resolve("lib"), Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * {@return the copy in this folder, made or found there}
     *
     * @throws DamagedException when a copy is needed and the packed library is damaged
     * @throws IOException when the folder cannot be written to
     */
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
        if (Files.isRegularFile(file) && checksum(Files.newInputStream(file)).equals(sha256)) return file;
        Path part = Files.createTempFile(folder, "unpacking", ".part");
        try {
            copyTo(part);
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

    private void copyTo(Path part) throws IOException {
        try (InputStream packed = resources
                .apply(library.resource())
                .orElseThrow(() -> new DamagedException(library.title() + " disappeared from the class path."))) {
            Files.copy(packed, part, StandardCopyOption.REPLACE_EXISTING);
        }
        String actual = checksum(Files.newInputStream(part));
        if (!actual.equals(sha256)) {
            throw new DamagedException(library.title() + " on the class path is damaged: its SHA-256 is " + actual
                    + ", not " + sha256 + ". Fetch or build the natives again.");
        }
    }

    /** Reads the stream to its end and closes it. */
    private static String checksum(InputStream stream) throws IOException {
        try (stream) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[CHUNK];
            for (int n = stream.read(chunk); n >= 0; n = stream.read(chunk)) digest.update(chunk, 0, n);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
