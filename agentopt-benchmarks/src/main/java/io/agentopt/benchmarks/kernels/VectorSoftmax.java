package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Softmax and log-softmax in the Vector API: maximum, sum and result in three sweeps of a row, each on four vectors at a time. Columns are a multiple of 64. */
final class VectorSoftmax {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = F.vectorByteSize();
    private static final float LOG2E = 1.442695f;

    private VectorSoftmax() {}

    static void softmax(MemorySegment x, MemorySegment y, int rows, int columns) {
        long row = 4L * columns;
        for (long first = 0; first < rows * row; first += row) {
            FloatVector max = FloatVector.broadcast(F, max(x, first, row));
            FloatVector a = FloatVector.zero(F), b = a, c = a, d = a;
            for (long i = first; i < first + row; i += 4L * BYTES) {
                FloatVector e = VectorExponential.exp2(at(x, i).sub(max).mul(LOG2E));
                FloatVector f = VectorExponential.exp2(at(x, i + BYTES).sub(max).mul(LOG2E));
                FloatVector g =
                        VectorExponential.exp2(at(x, i + 2L * BYTES).sub(max).mul(LOG2E));
                FloatVector h =
                        VectorExponential.exp2(at(x, i + 3L * BYTES).sub(max).mul(LOG2E));
                e.intoMemorySegment(y, i, LITTLE_ENDIAN);
                f.intoMemorySegment(y, i + BYTES, LITTLE_ENDIAN);
                g.intoMemorySegment(y, i + 2L * BYTES, LITTLE_ENDIAN);
                h.intoMemorySegment(y, i + 3L * BYTES, LITTLE_ENDIAN);
                a = a.add(e);
                b = b.add(f);
                c = c.add(g);
                d = d.add(h);
            }
            float scale = 1 / a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
            for (long i = first; i < first + row; i += 4L * BYTES) {
                at(y, i).mul(scale).intoMemorySegment(y, i, LITTLE_ENDIAN);
                at(y, i + BYTES).mul(scale).intoMemorySegment(y, i + BYTES, LITTLE_ENDIAN);
                at(y, i + 2L * BYTES).mul(scale).intoMemorySegment(y, i + 2L * BYTES, LITTLE_ENDIAN);
                at(y, i + 3L * BYTES).mul(scale).intoMemorySegment(y, i + 3L * BYTES, LITTLE_ENDIAN);
            }
        }
    }

    static void logSoftmax(MemorySegment x, MemorySegment temperature, MemorySegment y, int rows, int columns) {
        long row = 4L * columns;
        for (int r = 0; r < rows; r++) {
            long first = r * row;
            float cooling = 1 / temperature.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, r);
            float cooling2 = cooling * LOG2E;
            FloatVector max = FloatVector.broadcast(F, max(x, first, row));
            FloatVector a = FloatVector.zero(F), b = a, c = a, d = a;
            for (long i = first; i < first + row; i += 4L * BYTES) {
                a = a.add(VectorExponential.exp2(at(x, i).sub(max).mul(cooling2)));
                b = b.add(VectorExponential.exp2(at(x, i + BYTES).sub(max).mul(cooling2)));
                c = c.add(VectorExponential.exp2(at(x, i + 2L * BYTES).sub(max).mul(cooling2)));
                d = d.add(VectorExponential.exp2(at(x, i + 3L * BYTES).sub(max).mul(cooling2)));
            }
            float sum = a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
            FloatVector shift = FloatVector.broadcast(F, -(float) Math.log(sum));
            FloatVector scale = FloatVector.broadcast(F, cooling);
            for (long i = first; i < first + row; i += 2L * BYTES) {
                at(x, i).sub(max).fma(scale, shift).intoMemorySegment(y, i, LITTLE_ENDIAN);
                at(x, i + BYTES).sub(max).fma(scale, shift).intoMemorySegment(y, i + BYTES, LITTLE_ENDIAN);
            }
        }
    }

    private static float max(MemorySegment x, long first, long row) {
        FloatVector a = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY), b = a, c = a, d = a;
        for (long i = first; i < first + row; i += 4L * BYTES) {
            a = a.max(at(x, i));
            b = b.max(at(x, i + BYTES));
            c = c.max(at(x, i + 2L * BYTES));
            d = d.max(at(x, i + 3L * BYTES));
        }
        return a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
    }

    private static FloatVector at(MemorySegment memory, long offset) {
        return FloatVector.fromMemorySegment(F, memory, offset, LITTLE_ENDIAN);
    }
}
