package io.agentopt.compiled;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;

/**
 * The versions that made a compiled plan. They decide about its IR alone: only the version that wrote it reads it.
 *
 * @param agentopt of this library, such as {@code 0.1.0}
 * @param mlir of MLIR, such as {@code MLIR22.1.8}; empty where the plan was lowered without it
 */
public record CompiledWith(String agentopt, Optional<String> mlir) {
    private static final String RESOURCE = "release.properties";
    /** The seal of our bytecode (40 bytes), MLIR's magic (4) and its version (1); the producer's name follows. */
    private static final int BEFORE_PRODUCER = 45;

    private static final int LONGEST_PRODUCER = 64;

    /** {@return this release, and the MLIR that wrote a bytecode} */
    static CompiledWith here(Optional<byte[]> bytecode) {
        return new CompiledWith(release(), bytecode.map(CompiledWith::producer));
    }

    private static String release() {
        try (InputStream in = CompiledWith.class.getResourceAsStream(RESOURCE)) {
            Properties properties = new Properties();
            if (in != null) properties.load(in);
            String version = properties.getProperty("version", "");
            if (version.isEmpty()) {
                throw new IllegalStateException("The packaged resource " + RESOURCE + " of "
                        + CompiledWith.class.getName() + " is missing. Repackage the jar with its resources.");
            }
            return version;
        } catch (IOException e) {
            throw new UncheckedIOException("The packaged resource " + RESOURCE + " cannot be read: " + e, e);
        }
    }

    /** {@return who wrote a bytecode: after magic number and version (one byte so far), text that ends with a zero} */
    private static String producer(byte[] bytecode) {
        int start = Math.min(BEFORE_PRODUCER, bytecode.length);
        int end = start;
        while (end < bytecode.length && end - start <= LONGEST_PRODUCER && bytecode[end] != 0) end++;
        return new String(bytecode, start, end - start, StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "AgentOpt " + agentopt + mlir.map(v -> " with " + v).orElse("");
    }
}
