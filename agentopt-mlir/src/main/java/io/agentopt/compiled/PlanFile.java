package io.agentopt.compiled;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A compiled plan on disk. */
final class PlanFile {
    private PlanFile() {}

    /** {@return the content of a regular file, or the first bytes too many of it} */
    static byte[] read(Path path) {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) // a device or a pipe may never end
            throw new CompiledPlanException(path.toString(), "is no regular file", "Name the file itself.");
            try (InputStream in = Files.newInputStream(path)) {
                return in.readNBytes(StoredZip.MOST_BYTES + 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The compiled plan '" + path + "' cannot be read (" + e + "). Check the path and its permissions.",
                    e);
        }
    }

    /** Writes beside the file and moves there when all of it is on disk. */
    static void write(Path path, byte[] content) {
        Path whole = path.toAbsolutePath();
        Path half = whole.resolveSibling(whole.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel out = FileChannel.open(half, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) out.write(rest);
                out.force(true);
            }
            move(half, whole);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The compiled plan '" + path + "' cannot be written (" + e
                            + "). Check the folder and its permissions.",
                    e);
        } finally {
            remove(half);
        }
    }

    private static void move(Path half, Path whole) throws IOException {
        try {
            Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(half, whole, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void remove(Path half) {
        try {
            Files.deleteIfExists(half);
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary file '" + half + "' cannot be removed: " + e, e);
        }
    }
}
