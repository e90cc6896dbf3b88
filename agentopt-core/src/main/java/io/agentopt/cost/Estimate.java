package io.agentopt.cost;

import java.util.Objects;

/** What a cost model says about a demand on a device: seconds, or why there are none. */
public sealed interface Estimate {
    /**
     * A time.
     *
     * @param seconds mean, s; finite, at least 0
     * @param relativeSpread one standard deviation of the model's error, as a share of {@code seconds}
     * @param confidence where the efficiencies came from
     * @param breakdown what the time is made of
     */
    record Known(double seconds, double relativeSpread, Confidence confidence, Breakdown breakdown)
            implements Estimate {
        public Known {
            Objects.requireNonNull(confidence, "confidence");
            Objects.requireNonNull(breakdown, "breakdown");
            if (!(seconds >= 0 && Double.isFinite(seconds))
                    || !(relativeSpread >= 0 && Double.isFinite(relativeSpread))) {
                throw new IllegalArgumentException("An estimate of " + seconds + " s with spread " + relativeSpread
                        + " must be finite and at least 0.");
            }
        }
    }

    /** The model has no number, for lack of data. */
    record Unknown(String reason) implements Estimate {}

    /** The work cannot run there, whatever the efficiencies. */
    record Infeasible(String reason) implements Estimate {}

    /**
     * What an estimated time is made of. Compute and memory overlap: their smooth maximum plus the rest is the total.
     *
     * @param computeSeconds arithmetic alone, s
     * @param memorySeconds memory traffic alone, s
     * @param floorSeconds launches and layers, s
     * @param collectiveSeconds all-reduces of tensor parallelism, s
     */
    record Breakdown(double computeSeconds, double memorySeconds, double floorSeconds, double collectiveSeconds) {
        /** {@return what dominates: compute, memory, floor or collective} */
        public String bound() {
            double most = Math.max(Math.max(computeSeconds, memorySeconds), Math.max(floorSeconds, collectiveSeconds));
            if (most == memorySeconds) return "memory";
            if (most == computeSeconds) return "compute";
            return most == floorSeconds ? "floor" : "collective";
        }
    }
}
