package io.agentopt.runtime.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Dense vectors and their exact nearest by dot product (cosine similarity for unit vectors). Every query reads every row:
 * n * dimension multiplications, memory-bound beyond the caches. Immutable and safe to share.
 */
public final class ExactIndex {
    /**
     * A row found.
     *
     * @param row its place in the index, from 0
     * @param score dot product with the query, higher is closer
     */
    public record Hit(int row, float score) {}

    private final float[] values; // row-major
    private final int rows;
    private final int dimension;

    private ExactIndex(float[] values, int rows, int dimension) {
        this.values = values;
        this.rows = rows;
        this.dimension = dimension;
    }

    /**
     * {@return an index over copies of the vectors}
     *
     * @throws IllegalArgumentException if there are none, their dimensions differ or one holds NaN or infinity
     */
    public static ExactIndex of(List<float[]> vectors) {
        if (vectors.isEmpty()) throw new IllegalArgumentException("An index needs at least one vector.");
        int dimension = vectors.getFirst().length;
        if (dimension == 0) throw new IllegalArgumentException("The vectors of an index need at least one dimension.");
        if ((long) vectors.size() * dimension > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("An index of " + vectors.size() + " vectors of " + dimension
                    + " dimensions has more than 2^31 elements. Split it into several and merge their hits.");
        }
        float[] values = new float[vectors.size() * dimension];
        for (int row = 0; row < vectors.size(); row++) {
            float[] v = vectors.get(row);
            if (v.length != dimension) {
                throw new IllegalArgumentException("Row " + row + " has " + v.length + " dimensions and row 0 has "
                        + dimension + ". Embed all texts with the same model.");
            }
            requireFinite(v, "Row " + row);
            System.arraycopy(v, 0, values, row * dimension, dimension);
        }
        return new ExactIndex(values, vectors.size(), dimension);
    }

    public int rows() {
        return rows;
    }

    public int dimension() {
        return dimension;
    }

    /**
     * Finds the closest rows.
     *
     * @param k how many; fewer come back from a smaller index
     * @return by falling score, equal scores by row
     * @throws IllegalArgumentException if the query has another dimension or holds NaN or infinity, or k is not positive
     */
    public List<Hit> search(float[] query, int k) {
        if (query.length != dimension) {
            throw new IllegalArgumentException("The query has " + query.length + " dimensions and the index "
                    + dimension + ". Embed both with the same model.");
        }
        if (k < 1) throw new IllegalArgumentException("The number of hits (" + k + ") must be at least 1.");
        requireFinite(query, "The query");
        int wanted = Math.min(k, rows);
        long[] best = new long[wanted]; // a heap whose root is the worst kept
        int kept = 0;
        for (int row = 0; row < rows; row++) {
            long key = key(dot(query, row), row);
            if (kept < wanted) {
                best[kept++] = key;
                if (kept == wanted) Arrays.sort(best); // a sorted array is a heap
            } else if (key > best[0]) {
                replaceRoot(best, key);
            }
        }
        Arrays.sort(best);
        List<Hit> hits = new ArrayList<>(wanted);
        for (long key : best) hits.add(new Hit(~(int) key, score(key)));
        Collections.reverse(hits);
        return hits;
    }

    // Four sums hide the latency of the addition and let the compiler use vector registers.
    private float dot(float[] query, int row) {
        int at = row * dimension, i = 0;
        float a = 0, b = 0, c = 0, d = 0;
        for (; i + 3 < dimension; i += 4) {
            a += query[i] * values[at + i];
            b += query[i + 1] * values[at + i + 1];
            c += query[i + 2] * values[at + i + 2];
            d += query[i + 3] * values[at + i + 3];
        }
        for (; i < dimension; i++) a += query[i] * values[at + i];
        return (a + b) + (c + d);
    }

    // One long that orders as (score rising, row falling): the float's bits made to order as an integer, then the row
    // inverted.
    private static long key(float score, int row) {
        int bits = Float.floatToIntBits(score + 0f); // -0 and 0 are one score
        return (long) (bits ^ (bits >> 31 & 0x7FFFFFFF)) << 32 | (~row & 0xFFFFFFFFL);
    }

    private static float score(long key) {
        int ordered = (int) (key >> 32);
        return Float.intBitsToFloat(ordered ^ (ordered >> 31 & 0x7FFFFFFF));
    }

    private static void replaceRoot(long[] heap, long key) {
        int i = 0;
        while (true) {
            int child = 2 * i + 1;
            if (child >= heap.length) break;
            if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
            if (key <= heap[child]) break;
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = key;
    }

    private static void requireFinite(float[] vector, String owner) {
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new IllegalArgumentException(
                        owner + " holds " + vector[i] + " at position " + i + ". Vectors must be finite.");
            }
        }
    }
}
