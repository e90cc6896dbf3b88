package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;

/** What the tests of kernels over rows share: both ways to run one, data, and the measure of error. */
final class RowKernels {
    static final Kernels REFERENCES = Kernels.references(KernelCatalog.all());

    /** Rows and columns: single ones, odd ones, whole blocks, and some past what counts as cached. */
    static final List<int[]> SHAPES = List.of(
            new int[] {0, 7},
            new int[] {1, 1},
            new int[] {5, 1},
            new int[] {3, 2},
            new int[] {4, 63},
            new int[] {4, 64},
            new int[] {3, 65},
            new int[] {7, 384},
            new int[] {2, 4097},
            new int[] {1500, 384},
            new int[] {20, 32_768},
            new int[] {11, 50_257});

    private RowKernels() {}

    /** {@return the compiled kernel; the test is skipped, saying why, where there is no code generation library} */
    static Kernel compiled(Kernels kernels, KernelSpec spec) {
        return kernels.compiled(spec);
    }

    static Kernels open() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason)) Assumptions.abort(reason);
        return CompiledKernels.open();
    }

    static Buffer normal(Arena arena, Random random, double scale, double shift, long... shape) {
        Buffer buffer = Buffer.allocate(arena, ElementType.F32, shape);
        for (long i = 0; i < buffer.elements(); i++)
            buffer.setFloat(i, (float) (random.nextGaussian() * scale + shift));
        return buffer;
    }

    static Buffer filled(Arena arena, float value, long... shape) {
        Buffer buffer = Buffer.allocate(arena, ElementType.F32, shape);
        for (long i = 0; i < buffer.elements(); i++) buffer.setFloat(i, value);
        return buffer;
    }

    /** {@return the largest difference relative to the larger of the expected value and a floor; infinite where only one is NaN} */
    static double error(Buffer expected, Buffer actual, double floor) {
        double worst = 0;
        for (long i = 0; i < expected.elements(); i++) {
            float e = expected.getFloat(i);
            float a = actual.getFloat(i);
            if (Float.floatToIntBits(e) == Float.floatToIntBits(a) || e == a) continue;
            double error = Math.abs((double) e - a) / Math.max(Math.abs(e), floor);
            worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
        }
        return worst;
    }
}
