package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Softmax and log-softmax in the Vector API: maximum, sum and result in three sweeps of a row, each on two or four vectors at a time. Columns are a multiple of 64. */
final class VectorSoftmax {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = F.vectorByteSize();
    private static final float LOG2E = 1.442695f;

    private VectorSoftmax() {}

    static void softmax(MemorySegment x, MemorySegment y, int rows, int columns) {
        long row = 4L * columns;
        for (long first = 0; first < rows * row; first += row) {
            float max = max(x, first, row);
            scale(y, first, row, 1 / weigh(x, y, first, row, max));
        }
    }

    static void logSoftmax(MemorySegment x, MemorySegment temperature, MemorySegment y, int rows, int columns) {
        long row = 4L * columns;
        for (int r = 0; r < rows; r++) {
            long first = r * row;
            float cooling = 1 / temperature.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, r);
            float max = max(x, first, row);
            float sum = sum(x, first, row, max, cooling * LOG2E);
            shift(x, y, first, row, max, cooling, -(float) Math.log(sum));
        }
    }

    // Small loops of their own: of larger ones the JIT leaves calls, which put vectors on the heap.
    private static float weigh(MemorySegment x, MemorySegment y, long first, long row, float max) {
        FloatVector a = FloatVector.zero(F), b = a;
        for (long i = first; i < first + row; i += 2L * BYTES) {
            FloatVector e = VectorExponential.exp2(at(x, i).sub(max).mul(LOG2E));
            FloatVector f = VectorExponential.exp2(at(x, i + BYTES).sub(max).mul(LOG2E));
            e.intoMemorySegment(y, i, LITTLE_ENDIAN);
            f.intoMemorySegment(y, i + BYTES, LITTLE_ENDIAN);
            a = a.add(e);
            b = b.add(f);
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    private static float sum(MemorySegment x, long first, long row, float max, float cooling2) {
        FloatVector a = FloatVector.zero(F), b = a;
        for (long i = first; i < first + row; i += 2L * BYTES) {
            a = a.add(VectorExponential.exp2(at(x, i).sub(max).mul(cooling2)));
            b = b.add(VectorExponential.exp2(at(x, i + BYTES).sub(max).mul(cooling2)));
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    private static void scale(MemorySegment y, long first, long row, float scale) {
        for (long i = first; i < first + row; i += 2L * BYTES) {
            at(y, i).mul(scale).intoMemorySegment(y, i, LITTLE_ENDIAN);
            at(y, i + BYTES).mul(scale).intoMemorySegment(y, i + BYTES, LITTLE_ENDIAN);
        }
    }

    private static void shift(
            MemorySegment x, MemorySegment y, long first, long row, float max, float cooling, float shift) {
        FloatVector shifts = FloatVector.broadcast(F, shift), coolings = FloatVector.broadcast(F, cooling);
        for (long i = first; i < first + row; i += 2L * BYTES) {
            at(x, i).sub(max).fma(coolings, shifts).intoMemorySegment(y, i, LITTLE_ENDIAN);
            at(x, i + BYTES).sub(max).fma(coolings, shifts).intoMemorySegment(y, i + BYTES, LITTLE_ENDIAN);
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
