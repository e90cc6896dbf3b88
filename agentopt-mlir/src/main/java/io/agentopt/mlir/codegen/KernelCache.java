package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.mlir.ffi.UserCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled kernels by the content that they come from, in memory and on disk. A file is the SHA-256 of the code and then the code; it arrives by an atomic
 * move (two processes may compile at once), and one that does not match its checksum is compiled again. Without a folder that can be written to the
 * cache is in memory only.
 */
public final class KernelCache {
    private static final Logger LOG = LoggerFactory.getLogger(KernelCache.class);
    private static final int CHECKSUM = 32;

    private final Path folder;
    private final String library;
    private final Map<String, byte[]> memory = new ConcurrentHashMap<>();

    /**
     * @param folder where the files go; made when needed
     * @param library the version of the library that compiles
     */
    public KernelCache(Path folder, String library) {
        this.folder = folder;
        this.library = library;
    }

    /** {@return the cache of this user and this process's code generation library} */
    public static KernelCache ofUser() {
        return new KernelCache(UserCache.folder().resolve("kernels"), Codegen.version());
    }

    /**
     * What code comes from.
     *
     * @param name what the kernel is called
     * @param source its MLIR
     * @param pipeline the passes
     * @param target the processor with its features
     */
    public record Key(String name, String source, String pipeline, String target) {}

    /** {@return the code: from memory, from disk, or by compiling, which is then kept} */
    public byte[] get(Key key, Supplier<byte[]> compile) {
        String hash = hash(key);
        return memory.computeIfAbsent(hash, _ -> {
                    Path file = folder.resolve(hash + ".o");
                    return read(file).orElseGet(() -> {
                        byte[] code = compile.get();
                        write(file, code);
                        return code;
                    });
                })
                .clone();
    }

    private static Optional<byte[]> read(Path file) {
        if (!Files.isRegularFile(file)) return Optional.empty();
        try {
            byte[] content = Files.readAllBytes(file);
            if (content.length > CHECKSUM) {
                byte[] code = Arrays.copyOfRange(content, CHECKSUM, content.length);
                if (MessageDigest.isEqual(sha256().digest(code), Arrays.copyOf(content, CHECKSUM)))
                    return Optional.of(code);
            }
            LOG.warn("The compiled kernel '{}' is damaged and is compiled again.", file);
        } catch (IOException e) {
            LOG.warn("The compiled kernel '{}' cannot be read and is compiled again.", file, e);
        }
        return Optional.empty();
    }

    private void write(Path file, byte[] code) {
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "writing", ".part");
            try {
                Files.write(
                        part,
                        ByteBuffer.allocate(CHECKSUM + code.length)
                                .put(sha256().digest(code))
                                .put(code)
                                .array());
                try {
                    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
                } catch (AtomicMoveNotSupportedException e) {
                    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
                }
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            LOG.warn("Compiled kernels are not kept: '{}' cannot be written.", file, e);
        }
    }

    private String hash(Key key) {
        MessageDigest digest = sha256();
        for (String part : new String[] {key.name(), key.source(), key.pipeline(), key.target(), library}) {
            byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).flip());
            digest.update(utf8);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
