package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.Attribute;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code #agent.estimate}: what a cost model says of one run of an op where it is placed. Ranges are the verifier's to check.
 *
 * @param seconds mean time
 * @param dollars mean price
 * @param spread one standard deviation of the time, as a share of it
 * @param confidence measured, imported, transferred or generic
 */
public record EstimateMark(
        OptionalDouble seconds, OptionalDouble dollars, OptionalDouble spread, Optional<String> confidence) {
    private static final String KIND = "estimate";

    /** {@return an estimate of time and money} */
    public static EstimateMark of(double seconds, double dollars, String confidence) {
        return new EstimateMark(
                OptionalDouble.of(seconds),
                OptionalDouble.of(dollars),
                OptionalDouble.empty(),
                Optional.of(confidence));
    }

    /**
     * {@return the estimate that an attribute states}
     *
     * @throws IllegalArgumentException when it is no {@code #agent.estimate}
     */
    public static EstimateMark of(Attribute attribute) {
        Fields f = Fields.of(KIND, attribute);
        return new EstimateMark(f.number("seconds"), f.number("dollars"), f.number("spread"), f.word("confidence"));
    }

    /** {@return the attribute, to be set as {@link AgentDialect#ESTIMATE}} */
    public Attribute attribute() {
        return new Fields(KIND)
                .with("seconds", seconds)
                .with("dollars", dollars)
                .with("spread", spread)
                .with("confidence", confidence)
                .attribute();
    }
}
