package io.agentopt.cost.kernel;

/**
 * A measured time of a kernel.
 *
 * @param shape the kernel
 * @param seconds how long it took, s; finite, above 0
 */
public record KernelMeasurement<S extends KernelShape>(S shape, double seconds) {
    public KernelMeasurement {
        if (!(seconds > 0 && Double.isFinite(seconds))) {
            throw new IllegalArgumentException("A measurement of " + shape + " took " + seconds
                    + " s; a time must be finite and above 0. Drop the row.");
        }
    }
}
