package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The k largest of each row in the Vector API: four vectors at a time are held against the least that was kept so far. */
final class VectorTopK {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int BLOCK = 4 * LANES;

    private VectorTopK() {}

    /** {@code scores} is [rows, n], {@code values} and {@code indices} are [rows, k]; n is a multiple of a block. */
    static void run(MemorySegment scores, float[] values, int[] indices, int rows, int n, int k) {
        float[] best = new float[k];
        int[] where = new int[k];
        for (int r = 0; r < rows; r++) {
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            Arrays.fill(where, -1);
            long row = 4L * n * r;
            for (int j = 0; j < n; j += BLOCK) {
                long at = row + 4L * j;
                float least = best[k - 1];
                VectorMask<Float> above = above(scores, at, least)
                        .or(above(scores, at + 4L * LANES, least))
                        .or(above(scores, at + 8L * LANES, least).or(above(scores, at + 12L * LANES, least)));
                if (above.anyTrue()) insert(scores, row, j, best, where);
            }
            System.arraycopy(best, 0, values, r * k, k);
            System.arraycopy(where, 0, indices, r * k, k);
        }
    }

    private static VectorMask<Float> above(MemorySegment scores, long at, float least) {
        return FloatVector.fromMemorySegment(F, scores, at, LITTLE_ENDIAN).compare(VectorOperators.GT, least);
    }

    private static void insert(MemorySegment scores, long row, int from, float[] best, int[] where) {
        for (int j = from; j < from + BLOCK; j++) {
            float x = scores.get(ValueLayout.JAVA_FLOAT, row + 4L * j);
            int p = best.length - 1;
            if (!(x > best[p])) continue;
            for (; p > 0 && x > best[p - 1]; p--) {
                best[p] = best[p - 1];
                where[p] = where[p - 1];
            }
            best[p] = x;
            where[p] = j;
        }
    }
}
