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
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled kernels by the content that they come from, in memory and on disk. A file is the code under its seal; it arrives by an atomic
 * move (two processes may compile at once), and one whose seal is broken is compiled again. Without a folder that can be written to the
 * cache is in memory only. Code that somebody else compiled can be offered; it stays in memory, so that what came with one file does not outlive the process.
 */
public final class KernelCache {
    private static final Logger LOG = LoggerFactory.getLogger(KernelCache.class);
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final Path folder;
    private final String library;
    private final Map<String, KernelCode> memory = new ConcurrentHashMap<>();
    private final Set<String> offered = ConcurrentHashMap.newKeySet();

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

    /**
     * {@return the code: from memory, from disk, or by compiling, which is then kept}
     *
     * @param kind what the key's target runs; kept code of another kind is compiled again
     */
    public <C extends KernelCode> C get(Key key, Class<C> kind, Supplier<C> compile) {
        String hash = hash(key);
        KernelCode kept = memory.compute(hash, (_, known) -> {
            if (kind.isInstance(known)) return known;
            Path file = file(hash);
            return read(file).filter(kind::isInstance).orElseGet(() -> {
                C code = compile.get();
                write(file, code);
                return code;
            });
        });
        return kind.cast(kept);
    }

    /**
     * Offers code that was compiled elsewhere: it is what {@link #get} gives for the key of this hash, unless this cache has code of its own.
     *
     * @param hash what {@link #hash} gave where the code was compiled: equal only for equal sources, passes, processor and library
     * @return whether it was taken
     * @throws IllegalArgumentException when the hash is none
     */
    public boolean offer(String hash, KernelCode code) {
        if (!HASH.matcher(hash).matches())
            throw new IllegalArgumentException(
                    "'" + hash + "' is no content hash of a kernel: those have 64 hexadecimal digits.");
        if (memory.containsKey(hash) || read(file(hash)).isPresent()) return false;
        if (memory.putIfAbsent(hash, code) != null) return false;
        offered.add(hash);
        return true;
    }

    /** {@return whether the code of a key was offered; it is forgotten then, and compiled when it is next asked for} */
    boolean forgetOffered(Key key) {
        String hash = hash(key);
        if (!offered.remove(hash)) return false;
        memory.remove(hash);
        return true;
    }

    private Path file(String hash) {
        return folder.resolve(hash + ".code");
    }

    private static Optional<KernelCode> read(Path file) {
        if (!Files.isRegularFile(file)) return Optional.empty();
        try {
            return Optional.of(KernelCode.ofBytes(Files.readAllBytes(file), file.toString()));
        } catch (IllegalArgumentException broken) {
            LOG.warn("A compiled kernel is compiled again. {}", broken.getMessage());
        } catch (IOException e) {
            LOG.warn("The compiled kernel '{}' cannot be read and is compiled again.", file, e);
        }
        return Optional.empty();
    }

    private void write(Path file, KernelCode code) {
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "writing", ".part");
            try {
                Files.write(part, code.toBytes());
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

    /** {@return the content hash of what code comes from, the library that compiles included, in hexadecimal} */
    public String hash(Key key) {
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
