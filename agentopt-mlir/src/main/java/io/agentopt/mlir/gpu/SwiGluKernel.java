package io.agentopt.mlir.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * {@code silu(gate) * up} of matrices on an NVIDIA GPU, where {@code silu(x) = x / (1 + exp(-x))}, for another native library that calls back: streams and
 * memory are that library's, given as it gives them. The kernels are PTX that {@code swiglu.mlir}, beside it, was lowered to.
 */
public final class SwiGluKernel implements AutoCloseable {
    private static final String CODE = "swiglu.ptx";
    private static final int THREADS = 128, VECTOR_BYTES = 16;

    /** What elements are; everything between load and store is single precision. */
    public enum Precision {
        HALF(2, "agentopt_swiglu_f16"),
        SINGLE(4, "agentopt_swiglu_f32");

        private final int bytes;
        private final String kernel;

        Precision(int bytes, String kernel) {
            this.bytes = bytes;
            this.kernel = kernel;
        }
    }

    /**
     * What is computed from what.
     *
     * @param gate address of its first row, in device memory
     * @param up alike
     * @param out address of the result, {@code [rows, columns]}
     * @param stride elements from one row of gate to the next, and of up
     */
    public record Matrices(long gate, long up, long out, long rows, long columns, long stride) {
        /** @throws IllegalArgumentException when a size is negative or rows overlap */
        public Matrices {
            if (rows < 0 || columns < 0 || stride < columns) {
                throw new IllegalArgumentException("Rows " + rows + ", columns " + columns + " and stride " + stride
                        + " of a SwiGLU: give sizes of 0 or more, and a stride that is no less than the columns.");
            }
        }
    }

    private final GpuModule module;
    private final Map<Precision, GpuFunction> wide = new EnumMap<>(Precision.class);
    private final Map<Precision, GpuFunction> narrow = new EnumMap<>(Precision.class);

    /**
     * Loads the kernels.
     *
     * @throws IllegalArgumentException on a context that is not CUDA's
     * @throws GpuException when the driver does not take them
     */
    public SwiGluKernel(GpuContext context) {
        if (context.api() != GpuApi.CUDA) {
            throw new IllegalArgumentException(
                    "SwiGLU's kernels are PTX, and " + context.device() + " is no NVIDIA GPU. Run it on the CPU.");
        }
        module = context.load(code());
        for (Precision p : Precision.values()) {
            wide.put(p, module.function(p.kernel + "_wide"));
            narrow.put(p, module.function(p.kernel));
        }
    }

    /** {@return the kernels' PTX} */
    static String code() {
        try (InputStream in = SwiGluKernel.class.getResourceAsStream(CODE)) {
            return new String(Objects.requireNonNull(in, CODE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The kernels " + CODE + " cannot be read from the jar.", e);
        }
    }

    /**
     * Queues the computation; nothing where there is nothing to compute. The caller vouches for addresses and stream.
     *
     * @param stream the driver's handle, of the same device
     * @throws IllegalArgumentException when the matrices need more than 2^31 blocks
     * @throws GpuException when the driver refuses the launch
     */
    public void launch(long stream, Precision precision, Matrices m) {
        if (m.rows() == 0 || m.columns() == 0) return;
        int lanes = VECTOR_BYTES / precision.bytes;
        long odd = (m.gate() | m.up() | m.out()) % VECTOR_BYTES | m.columns() % lanes | m.stride() % lanes;
        long threads = odd == 0 ? m.columns() / lanes : m.columns();
        long parts = (threads + THREADS - 1) / THREADS, blocks = Math.multiplyExact(parts, m.rows());
        if (blocks > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A SwiGLU of " + m.rows() + " rows and " + m.columns()
                    + " columns needs " + blocks + " blocks, and a launch has at most " + Integer.MAX_VALUE
                    + ". Compute fewer rows at once.");
        }
        long elements = (m.rows() - 1) * m.stride() + m.columns();
        Objects.requireNonNull((odd == 0 ? wide : narrow).get(precision))
                .launchOn(stream, new LaunchShape((int) blocks, THREADS, 0), new long[] {
                    m.gate(),
                    m.gate(),
                    0,
                    elements,
                    1,
                    m.up(),
                    m.up(),
                    0,
                    elements,
                    1,
                    m.out(),
                    m.out(),
                    0,
                    m.rows() * m.columns(),
                    1,
                    m.columns(),
                    m.stride(),
                    parts
                });
    }

    @Override
    public void close() {
        module.close();
    }
}
