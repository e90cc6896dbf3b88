package io.agentopt.cost;

import java.util.Objects;

/**
 * A measured time of a demand on one device.
 *
 * @param demand the work
 * @param seconds how long it took, s; finite, above 0
 */
public record Measurement(Demand demand, double seconds) {
    public Measurement {
        Objects.requireNonNull(demand, "demand");
        if (!(seconds > 0 && Double.isFinite(seconds))) {
            throw new IllegalArgumentException("A measurement of " + demand.operatorClass() + " took " + seconds
                    + " s; a time must be finite and above 0. Drop the row.");
        }
    }
}
