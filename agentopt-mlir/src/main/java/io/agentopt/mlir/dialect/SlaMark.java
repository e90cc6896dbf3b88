package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.Attribute;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code #agent.sla}: how fast an agent must answer, on its {@code agent.graph}. Ranges are the verifier's to check.
 *
 * @param percentile percentage of the requests; missing for their mean
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
    /** The most seconds that the dialect takes; what is above is no limit. */
    public static final double MOST = 1e18;

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

    /** {@return what a workload's SLA promises, without limits that others imply} */
    public static SlaMark of(Sla sla) {
        OptionalDouble worstCase = seconds(sla.worstCase());
        OptionalDouble endToEnd = below(seconds(Optional.of(sla.endToEnd())), worstCase);
        return new SlaMark(
                sla.percentile() == Percentile.MEAN
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(
                                Double.parseDouble(sla.percentile().id().substring(1))),
                endToEnd,
                below(seconds(sla.firstToken()), endToEnd),
                seconds(sla.perToken()),
                worstCase);
    }

    private static OptionalDouble seconds(Optional<Duration> limit) {
        double seconds = limit.map(l -> l.getSeconds() + l.getNano() / 1e9).orElse(Double.NaN);
        return seconds <= MOST ? OptionalDouble.of(seconds) : OptionalDouble.empty();
    }

    /** {@return a limit, unless another one is as strict and covers it} */
    private static OptionalDouble below(OptionalDouble limit, OptionalDouble other) {
        boolean implied = limit.isPresent() && other.isPresent() && limit.getAsDouble() > other.getAsDouble();
        return implied ? OptionalDouble.empty() : limit;
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
