package io.agentopt.kernels;

import io.agentopt.kernel.KernelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * {@link Sample} behind a greedy choice, for rows of any number of columns, as PTX that needs no code generation library. A block takes a row. It reads
 *
 * <pre>index 0, index rows, f32 logits [rows, columns], f32 temperature [rows], i32 top_k [rows], f32 top_p [rows], f32 min_p [rows], f32 uniform [rows]</pre>
 *
 * <p>and replaces what the greedy choice left in {@code i32 best [rows], i64 next [rows]} by the column that it draws. A row whose best is below 0 stays as it
 * is: its logits are no numbers. A row with a temperature of 0 keeps the best. Memrefs are passed as their descriptors.
 */
public final class SampleNext {
    /** The function's name. */
    public static final String NAME = "agentopt_sample";

    /** Threads of a block. */
    public static final int THREADS = GpuSampling.THREADS;

    private SampleNext() {}

    /**
     * {@return the code, for sm_80 and later}
     *
     * @param columns of a row; the logits start at a multiple of 16 bytes
     */
    public static String ptx(int columns) {
        String file = file(vector(columns));
        try (InputStream in = SampleNext.class.getResourceAsStream(file)) {
            return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The kernel " + file + " cannot be read from the jar.", e);
        }
    }

    /** {@return how many columns are read at once} */
    static int vector(int columns) {
        return columns % 4 == 0 ? 4 : 1;
    }

    /** {@return the resource that holds the code} */
    public static String file(int vector) {
        return "sample_next_" + vector + ".ptx";
    }

    /** {@return the MLIR that the code was lowered from} */
    public static String source(int vector) {
        return GpuSampling.next(new Sample(), KernelSpec.of("sample").with("columns", vector), vector);
    }
}
