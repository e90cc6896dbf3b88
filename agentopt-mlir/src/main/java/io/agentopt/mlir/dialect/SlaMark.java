package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.Attribute;
import java.util.OptionalDouble;

/**
 * {@code #agent.sla}: how fast an agent must answer, on its {@code agent.graph}. Ranges are the verifier's to check.
 *
 * @param percentile percentage of the requests
 * @param endToEnd longest time from request to answer, s
 * @param firstToken longest time to the first token, s
 * @param perToken longest time between two tokens, s
 * @param worstCase longest time when loops run as often as they may, s
 */
public record SlaMark(
        OptionalDouble percentile,
        OptionalDouble endToEnd,
        OptionalDouble firstToken,
        OptionalDouble perToken,
        OptionalDouble worstCase) {
    private static final String KIND = "sla";

    /** {@return a limit on the whole time for a percentage of the requests} */
    public static SlaMark endToEnd(double percentile, double seconds) {
        return new SlaMark(
                OptionalDouble.of(percentile),
                OptionalDouble.of(seconds),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    /**
     * {@return the SLA that an attribute states}
     *
     * @throws IllegalArgumentException when it is no {@code #agent.sla}
     */
    public static SlaMark of(Attribute attribute) {
        Fields f = Fields.of(KIND, attribute);
        return new SlaMark(
                f.number("percentile"),
                f.number("end_to_end"),
                f.number("first_token"),
                f.number("per_token"),
                f.number("worst_case"));
    }

    /** {@return the attribute, to be set as {@link AgentDialect#SLA}} */
    public Attribute attribute() {
        return new Fields(KIND)
                .with("percentile", percentile)
                .with("end_to_end", endToEnd)
                .with("first_token", firstToken)
                .with("per_token", perToken)
                .with("worst_case", worstCase)
                .attribute();
    }
}
