package io.agentopt.benchmarks.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Top-k, then top-p, then a draw in the order of columns, in the Vector API: one sweep that keeps the best k in a heap and passes over vectors which hold
 * nothing above the worst of them. Columns are a multiple of 64.
 */
final class VectorSample {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    private final int k;
    private final float[] values;
    private final int[] columns;

    VectorSample(int k) {
        this.k = k;
        values = new float[k];
        columns = new int[k];
    }

    /** {@return the column drawn of the row that begins at an element} */
    int draw(MemorySegment logits, long first, int width, float temperature, float p, float uniform) {
        Arrays.fill(values, Float.NEGATIVE_INFINITY);
        Arrays.fill(columns, Integer.MAX_VALUE);
        for (int c = 0; c < width; c += 4 * LANES) {
            FloatVector v = at(logits, first + c), w = at(logits, first + c + LANES);
            FloatVector x = at(logits, first + c + 2L * LANES), y = at(logits, first + c + 3L * LANES);
            FloatVector top = v.max(w).max(x.max(y));
            if (!top.compare(VectorOperators.GT, values[0]).anyTrue()) continue;
            for (int i = c; i < c + 4 * LANES; i++) {
                float value = logits.getAtIndex(JAVA_FLOAT, first + i);
                if (value > values[0]) replaceWorst(value, i);
            }
        }
        return drawOfBest(temperature, p, uniform);
    }

    private int drawOfBest(float temperature, float p, float uniform) {
        Integer[] order = IntStream.range(0, k).boxed().toArray(Integer[]::new);
        Arrays.sort(
                order,
                (a, b) -> values[a] != values[b]
                        ? Float.compare(values[b], values[a])
                        : Integer.compare(columns[a], columns[b]));
        float max = values[order[0]], all = 0;
        float[] weights = new float[k];
        for (int i = 0; i < k; i++) {
            weights[i] = (float) Math.exp((values[order[i]] - max) / temperature);
            all += weights[i];
        }
        int kept = 1;
        float sum = weights[0];
        while (kept < k && sum < p * all) sum += weights[kept++];
        Integer[] byColumn = IntStream.range(0, kept).boxed().toArray(Integer[]::new);
        Arrays.sort(byColumn, (a, b) -> Integer.compare(columns[order[a]], columns[order[b]]));
        float aim = uniform * sum, passed = 0;
        for (int i : byColumn) {
            passed += weights[i];
            if (passed > aim) return columns[order[i]];
        }
        return columns[order[byColumn[kept - 1]]];
    }

    /** The worst is at the root of the heap: the smallest, and of equals the last column. */
    private void replaceWorst(float value, int column) {
        int i = 0;
        while (true) {
            int child = 2 * i + 1;
            if (child >= k) break;
            if (child + 1 < k && worse(child + 1, child)) child++;
            if (values[child] > value || (values[child] == value && columns[child] < column)) break;
            values[i] = values[child];
            columns[i] = columns[child];
            i = child;
        }
        values[i] = value;
        columns[i] = column;
    }

    private boolean worse(int a, int b) {
        return values[a] < values[b] || (values[a] == values[b] && columns[a] > columns[b]);
    }

    private static FloatVector at(MemorySegment logits, long element) {
        return FloatVector.fromMemorySegment(F, logits, 4 * element, LITTLE_ENDIAN);
    }
}
