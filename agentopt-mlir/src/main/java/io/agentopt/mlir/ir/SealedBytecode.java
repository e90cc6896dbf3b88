package io.agentopt.mlir.ir;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * MLIR bytecode behind a header of ours. MLIR's reader trusts its input: a changed bit can end the process, and a module of another version of the
 * dialect can be read as something that it is not. So the reader is given only what this version of the writer wrote.
 *
 * <pre>
 * bytes  0..3    "AGIR"
 *        4..7    version of the agent dialect, big-endian
 *        8..39   SHA-256 of the rest
 *       40..     MLIR bytecode
 * </pre>
 *
 * <p>A checksum finds accidents; who means harm can compute one.
 */
final class SealedBytecode {
    /** Counts the changes of Agent.td after which an older module would be read wrongly or not at all. */
    static final int DIALECT_VERSION = 1;

    private static final byte[] MAGIC = {'A', 'G', 'I', 'R'};
    private static final byte[] BYTECODE = {'M', 'L', (byte) 0xEF, 'R'};
    private static final int HEADER = 40;

    private SealedBytecode() {}

    static byte[] seal(byte[] bytecode) {
        return ByteBuffer.allocate(HEADER + bytecode.length)
                .put(MAGIC)
                .putInt(DIALECT_VERSION)
                .put(sha256(bytecode))
                .put(bytecode)
                .array();
    }

    /**
     * {@return the bytecode behind the header}
     *
     * @throws MlirException when the header is missing, of another version, or does not fit the content
     */
    static byte[] open(byte[] sealed, String source) {
        if (!startsWith(sealed, MAGIC))
            throw new MlirException(
                    "'" + source + "' is no bytecode of the agent dialect: it does not start with AGIR.", List.of());
        if (sealed.length < HEADER)
            throw new MlirException("'" + source + "' is cut off after " + sealed.length + " bytes.", List.of());
        int version = ByteBuffer.wrap(sealed).getInt(MAGIC.length);
        if (version != DIALECT_VERSION)
            throw new MlirException(
                    "'" + source + "' was written by version " + Integer.toUnsignedString(version)
                            + " of the agent dialect; this is version " + DIALECT_VERSION
                            + ". Read it with the agentopt-mlir that wrote it, or lower the graph again.",
                    List.of());
        byte[] bytecode = Arrays.copyOfRange(sealed, HEADER, sealed.length);
        byte[] stated = Arrays.copyOfRange(sealed, 8, HEADER);
        byte[] actual = sha256(bytecode);
        if (!Arrays.equals(stated, actual))
            throw new MlirException(
                    "'" + source + "' is damaged: the SHA-256 of its " + bytecode.length + " bytes is "
                            + HexFormat.of().formatHex(actual) + ", not "
                            + HexFormat.of().formatHex(stated) + ". Lower the graph again.",
                    List.of());
        if (!startsWith(bytecode, BYTECODE))
            throw new MlirException("'" + source + "' holds no MLIR bytecode behind its header.", List.of());
        return bytecode;
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(magic, Arrays.copyOf(bytes, magic.length));
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
