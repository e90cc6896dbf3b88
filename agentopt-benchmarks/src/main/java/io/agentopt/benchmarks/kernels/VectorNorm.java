package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** RMS norm and layer norm in the Vector API, four vectors at a time. Rows are a multiple of 64 long. */
final class VectorNorm {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = F.vectorByteSize();

    private VectorNorm() {}

    static void rms(MemorySegment x, MemorySegment weight, MemorySegment y, int rows, int d, float epsilon) {
        long row = 4L * d;
        for (long first = 0; first < rows * row; first += row) {
            float squares = squares(x, first, row, FloatVector.zero(F));
            float scale = (float) (1 / Math.sqrt(squares / d + epsilon));
            for (long i = 0; i < row; i += 2L * BYTES) {
                at(x, first + i).mul(scale).mul(at(weight, i)).intoMemorySegment(y, first + i, LITTLE_ENDIAN);
                long j = i + BYTES;
                at(x, first + j).mul(scale).mul(at(weight, j)).intoMemorySegment(y, first + j, LITTLE_ENDIAN);
            }
        }
    }

    static void layer(
            MemorySegment x,
            MemorySegment weight,
            MemorySegment bias,
            MemorySegment y,
            int rows,
            int d,
            float epsilon) {
        long row = 4L * d;
        for (long first = 0; first < rows * row; first += row) {
            FloatVector a = FloatVector.zero(F), b = a, c = a, e = a;
            for (long i = first; i < first + row; i += 4L * BYTES) {
                a = a.add(at(x, i));
                b = b.add(at(x, i + BYTES));
                c = c.add(at(x, i + 2L * BYTES));
                e = e.add(at(x, i + 3L * BYTES));
            }
            FloatVector mean = FloatVector.broadcast(F, a.add(b).add(c.add(e)).reduceLanes(VectorOperators.ADD) / d);
            float scale = (float) (1 / Math.sqrt(squares(x, first, row, mean) / d + epsilon));
            for (long i = 0; i < row; i += 2L * BYTES) {
                at(x, first + i)
                        .sub(mean)
                        .mul(scale)
                        .fma(at(weight, i), at(bias, i))
                        .intoMemorySegment(y, first + i, LITTLE_ENDIAN);
                long j = i + BYTES;
                at(x, first + j)
                        .sub(mean)
                        .mul(scale)
                        .fma(at(weight, j), at(bias, j))
                        .intoMemorySegment(y, first + j, LITTLE_ENDIAN);
            }
        }
    }

    private static float squares(MemorySegment x, long first, long row, FloatVector mean) {
        FloatVector a = FloatVector.zero(F), b = a, c = a, d = a;
        for (long i = first; i < first + row; i += 4L * BYTES) {
            FloatVector e = at(x, i).sub(mean), f = at(x, i + BYTES).sub(mean);
            FloatVector g = at(x, i + 2L * BYTES).sub(mean),
                    h = at(x, i + 3L * BYTES).sub(mean);
            a = e.fma(e, a);
            b = f.fma(f, b);
            c = g.fma(g, c);
            d = h.fma(h, d);
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector at(MemorySegment memory, long offset) {
        return FloatVector.fromMemorySegment(F, memory, offset, LITTLE_ENDIAN);
    }
}
