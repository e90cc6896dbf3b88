package io.agentopt.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Half precision to single on GPUs, as PTX that needs no code generation library. It takes the number of elements that are moved by fours (a multiple of 4; 0
 * unless the results start at a multiple of 16 bytes), the number of all, and both as memrefs: f16 [n], f32 [n].
 */
public final class Widen {
    /** The function's name. */
    public static final String NAME = "agentopt_widen";

    /** Threads of a block. */
    public static final int THREADS = 256;

    /** The resources that hold the code, for sm_80 and later, and what it was lowered from. */
    public static final String CODE = "widen.ptx", SOURCE = "widen.mlir";

    private static final int MOST_BLOCKS = 1024;
    private static final int EACH = 4; // elements of a thread at a time

    private Widen() {}

    /** {@return the code} */
    public static String ptx() {
        return resource(CODE);
    }

    /** {@return the MLIR that the code was lowered from} */
    public static String source() {
        return resource(SOURCE);
    }

    /** {@return how many blocks move so many elements} */
    public static int blocks(long elements) {
        return Math.clamp(Math.ceilDiv(elements, THREADS * EACH), 1, MOST_BLOCKS);
    }

    private static String resource(String file) {
        try (InputStream in = Widen.class.getResourceAsStream(file)) {
            return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The kernel " + file + " cannot be read from the jar.", e);
        }
    }
}
