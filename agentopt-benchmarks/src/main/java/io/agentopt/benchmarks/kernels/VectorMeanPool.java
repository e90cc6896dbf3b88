package io.agentopt.benchmarks.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Masked mean and L2 norm in the Vector API: four tokens at a time are added to the sums of a row, which stay in the first cache. */
final class VectorMeanPool {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    private VectorMeanPool() {}

    /** {@code hidden} is [batch, tokens, width], {@code mask} [batch, tokens] of 64 bits, {@code pooled} [batch, width]. */
    static void run(MemorySegment hidden, MemorySegment mask, MemorySegment pooled, int batch, int tokens, int width) {
        float[] sums = new float[width];
        int[] kept = new int[tokens];
        for (int b = 0; b < batch; b++) {
            int n = 0;
            for (int t = 0; t < tokens; t++) {
                if (mask.getAtIndex(ValueLayout.JAVA_LONG, (long) b * tokens + t) != 0) kept[n++] = t;
            }
            java.util.Arrays.fill(sums, 0);
            long block = 4L * width * tokens * b, row = 4L * width;
            int t = 0;
            for (; t + 4 <= n; t += 4) {
                long r0 = block + kept[t] * row, r1 = block + kept[t + 1] * row;
                long r2 = block + kept[t + 2] * row, r3 = block + kept[t + 3] * row;
                for (int j = 0; j < width; j += LANES) {
                    long at = 4L * j;
                    FloatVector left = x(hidden, r0 + at).add(x(hidden, r1 + at));
                    FloatVector right = x(hidden, r2 + at).add(x(hidden, r3 + at));
                    FloatVector.fromArray(F, sums, j).add(left.add(right)).intoArray(sums, j);
                }
            }
            for (; t < n; t++) {
                long r0 = block + kept[t] * row;
                for (int j = 0; j < width; j += LANES) {
                    FloatVector.fromArray(F, sums, j).add(x(hidden, r0 + 4L * j)).intoArray(sums, j);
                }
            }
            normalise(sums, pooled, b * row);
        }
    }

    private static void normalise(float[] sums, MemorySegment pooled, long at) {
        FloatVector squares = FloatVector.zero(F);
        for (int j = 0; j < sums.length; j += LANES) {
            FloatVector s = FloatVector.fromArray(F, sums, j);
            squares = s.fma(s, squares);
        }
        float norm = (float) Math.sqrt(squares.reduceLanes(ADD));
        float scale = norm == 0 ? 0 : 1 / norm;
        for (int j = 0; j < sums.length; j += LANES) {
            FloatVector.fromArray(F, sums, j).mul(scale).intoMemorySegment(pooled, at + 4L * j, LITTLE_ENDIAN);
        }
    }

    private static FloatVector x(MemorySegment hidden, long at) {
        return FloatVector.fromMemorySegment(F, hidden, at, LITTLE_ENDIAN);
    }
}
