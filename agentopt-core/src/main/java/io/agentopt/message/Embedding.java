package io.agentopt.message;

import java.util.Arrays;

/**
 * A text as a vector.
 *
 * @param values the elements, finite; the array is copied in and out
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by elements
public record Embedding(float[] values) {
    public Embedding {
        values = values.clone();
        if (values.length == 0) throw new IllegalArgumentException("An embedding needs at least one dimension.");
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("Element " + i + " (" + values[i] + ") of an embedding of "
                        + values.length + " dimensions is not finite. Check the embedder's precision and input.");
            }
        }
    }

    @Override
    public float[] values() {
        return values.clone();
    }

    /** {@return the number of elements} */
    public int dimension() {
        return values.length;
    }

    /** {@return cosine similarity, in -1..1; 0 where one of the vectors is zero} */
    public double cosine(Embedding other) {
        if (other.values.length != values.length) {
            throw new IllegalArgumentException("Embeddings of " + values.length + " and " + other.values.length
                    + " dimensions cannot be compared. Embed both with the same model.");
        }
        double dot = 0, a = 0, b = 0;
        for (int i = 0; i < values.length; i++) {
            dot += (double) values[i] * other.values[i];
            a += (double) values[i] * values[i];
            b += (double) other.values[i] * other.values[i];
        }
        return a == 0 || b == 0 ? 0 : Math.clamp(dot / Math.sqrt(a * b), -1, 1);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Embedding e && Arrays.equals(values, e.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Embedding[" + values.length + " dimensions]";
    }
}
