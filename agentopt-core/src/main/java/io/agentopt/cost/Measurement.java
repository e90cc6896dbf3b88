package io.agentopt.cost;

import java.util.Objects;

/**
 * A measured time of a demand.
 *
 * @param demand the work, in total
 * @param tensorParallel how many devices shared it, at least 1
 * @param seconds how long it took, s; finite, above 0
 */
public record Measurement(Demand demand, int tensorParallel, double seconds) {
    public Measurement {
        Objects.requireNonNull(demand, "demand");
        if (tensorParallel < 1) {
            throw new IllegalArgumentException("A measurement of " + demand.operatorClass() + " on " + tensorParallel
                    + " devices needs at least one.");
        }
        if (!(seconds > 0 && Double.isFinite(seconds))) {
            throw new IllegalArgumentException("A measurement of " + demand.operatorClass() + " took " + seconds
                    + " s; a time must be finite and above 0. Drop the row.");
        }
    }

    /** A measured time on one device. */
    public Measurement(Demand demand, double seconds) {
        this(demand, 1, seconds);
    }
}
