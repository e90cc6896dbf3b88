package io.agentopt.workload;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How fast an agent must answer.
 *
 * @param percentile the share of requests that it speaks for
 * @param endToEnd longest time from request to answer
 * @param firstToken longest time until the first token of the answer, or empty for no such limit
 * @param margins each limit divided by the mean that is planned for it
 */
public record Sla(Percentile percentile, Duration endToEnd, Optional<Duration> firstToken, Margins margins) {
    public Sla {
        Objects.requireNonNull(percentile, "percentile");
        Objects.requireNonNull(endToEnd, "endToEnd");
        Objects.requireNonNull(margins, "margins");
        positive(endToEnd, "end-to-end limit");
        firstToken.ifPresent(t -> positive(t, "first-token limit"));
    }

    /** Limits that are planned with the percentile's own margin. */
    public Sla(Percentile percentile, Duration endToEnd, Optional<Duration> firstToken) {
        this(percentile, endToEnd, firstToken, Margins.of(percentile));
    }

    private static void positive(Duration limit, String what) {
        if (limit.isZero() || limit.isNegative()) {
            throw new IllegalArgumentException("The " + what + " (" + limit + ") of the SLA must be positive.");
        }
    }

    /** {@return a limit on the whole time from request to answer} */
    public static Sla endToEnd(Percentile percentile, Duration limit) {
        return new Sla(percentile, limit, Optional.empty());
    }

    /** {@return this SLA with a limit on the time to the first token of the last LLM call} */
    public Sla firstToken(Duration limit) {
        return new Sla(percentile, endToEnd, Optional.of(limit), margins);
    }

    /** {@return the same limits, planned with other margins, such as those that a simulation found to be needed} */
    public Sla margins(Margins other) {
        return new Sla(percentile, endToEnd, firstToken, other);
    }

    /** {@return the mean end-to-end time to plan for, in seconds} */
    public double plannedEndToEndSeconds() {
        return seconds(endToEnd) / margins.endToEnd();
    }

    /** {@return the mean time to the first token to plan for, in seconds, or empty for no such limit} */
    public OptionalDouble plannedFirstTokenSeconds() {
        return firstToken.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(seconds(firstToken.get()) / margins.firstToken());
    }

    private static double seconds(Duration limit) {
        return limit.getSeconds() + limit.getNano() / 1e9;
    }
}
