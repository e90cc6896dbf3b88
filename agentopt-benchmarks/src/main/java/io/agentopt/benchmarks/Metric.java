package io.agentopt.benchmarks;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One row of a bench.
 *
 * @param name of the metric
 * @param value ours
 * @param unit such as {@code share}
 * @param peer what it is compared with, if anything
 * @param peerValue the peer's value, taken in the same run
 * @param goal what is to be reached, such as {@code >= 0.95}; empty without one
 */
public record Metric(
        String name,
        double value,
        String unit,
        Optional<String> peer,
        OptionalDouble peerValue,
        Optional<String> goal) {
    /** {@return a metric without a peer} */
    public static Metric of(String name, double value, String unit) {
        return new Metric(name, value, unit, Optional.empty(), OptionalDouble.empty(), Optional.empty());
    }

    /** {@return this metric with a goal} */
    public Metric goal(String text) {
        return new Metric(name, value, unit, peer, peerValue, Optional.of(text));
    }

    /** {@return this metric next to a peer's value, taken in the same run} */
    public Metric peer(String who, double its) {
        return new Metric(name, value, unit, Optional.of(who), OptionalDouble.of(its), goal);
    }
}
