package io.agentopt.cost;

import io.agentopt.model.Precision;

/** The work of single operators, for what is not a whole transformer. */
public final class OperatorDemand {
    private OperatorDemand() {}

    /**
     * A matrix product C[m,n] = A[m,k] B[k,n] with B as weights: 2 m n k flops; reads m k activations and n k weights, writes m n.
     *
     * @param weights number format of B
     * @param compute number format of A, C and the arithmetic
     */
    public static Demand gemm(long m, long n, long k, Precision weights, Precision compute) {
        if (m < 1 || n < 1 || k < 1) {
            throw new IllegalArgumentException(
                    "A matrix product of m = " + m + ", n = " + n + ", k = " + k + " needs sizes of at least 1.");
        }
        double b = (double) n * k * weights.bytes();
        return new Demand(
                2.0 * m * n * k,
                (double) m * k * compute.bytes(),
                (double) m * n * compute.bytes(),
                b,
                b,
                0,
                0,
                1,
                0,
                0,
                compute,
                OperatorClass.GEMM);
    }

    /** Normalisation, activation, addition: so many elements read and written, with a few operations each. */
    public static Demand elementwise(
            double elementsRead, double elementsWritten, double flopsPerElement, Precision precision) {
        return Demand.kernel(
                OperatorClass.ELEMENTWISE,
                precision,
                elementsRead * flopsPerElement,
                elementsRead * precision.bytes(),
                elementsWritten * precision.bytes());
    }

    /**
     * Brute-force search: every stored vector against each query, 2 d flops a pair. The vectors are read once for the batch and stay in
     * memory.
     */
    public static Demand scan(long vectors, int dimension, int queries, Precision precision) {
        if (vectors < 0 || dimension < 1 || queries < 1) {
            throw new IllegalArgumentException("A scan of " + vectors + " vectors of " + dimension + " dimensions for "
                    + queries + " queries is no work: vectors must be at least 0, the others at least 1.");
        }
        double stored = (double) vectors * dimension * precision.bytes();
        double pairs = (double) vectors * queries;
        return new Demand(
                2 * pairs * dimension,
                queries * dimension * precision.bytes(),
                pairs * Precision.FP32.bytes(),
                stored,
                stored,
                0,
                0,
                1,
                0,
                0,
                precision,
                OperatorClass.SCAN);
    }
}
