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
 * @param perToken longest time between two tokens of an LLM call, or empty for no such limit
 * @param worstCase longest time from request to answer of a request that runs every loop as often as it may and takes the slower
 *     branch each time, or empty for no such limit
 * @param margins each limit divided by the mean that is planned for it
 */
public record Sla(
        Percentile percentile,
        Duration endToEnd,
        Optional<Duration> firstToken,
        Optional<Duration> perToken,
        Optional<Duration> worstCase,
        Margins margins) {
    public Sla {
        Objects.requireNonNull(percentile, "percentile");
        Objects.requireNonNull(endToEnd, "endToEnd");
        Objects.requireNonNull(margins, "margins");
        positive(endToEnd, "end-to-end limit");
        firstToken.ifPresent(t -> positive(t, "first-token limit"));
        perToken.ifPresent(t -> positive(t, "per-token limit"));
        worstCase.ifPresent(t -> positive(t, "worst-case limit"));
    }

    /** An SLA without limits per token and for the worst case, planned with the percentile's own margin. */
    public Sla(Percentile percentile, Duration endToEnd, Optional<Duration> firstToken) {
        this(percentile, endToEnd, firstToken, Optional.empty(), Optional.empty(), Margins.of(percentile));
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
        return new Sla(percentile, endToEnd, Optional.of(limit), perToken, worstCase, margins);
    }

    /** {@return this SLA with a limit on the time per output token of every LLM call} */
    public Sla perToken(Duration limit) {
        return new Sla(percentile, endToEnd, firstToken, Optional.of(limit), worstCase, margins);
    }

    /** {@return this SLA with a limit for requests whose loops run as often as they may and that take the slower branches} */
    public Sla worstCase(Duration limit) {
        return new Sla(percentile, endToEnd, firstToken, perToken, Optional.of(limit), margins);
    }

    /** {@return this SLA with another end-to-end limit} */
    public Sla withEndToEnd(Duration limit) {
        return new Sla(percentile, limit, firstToken, perToken, worstCase, margins);
    }

    /** {@return the same limits, planned with other margins, such as those that a simulation found to be needed} */
    public Sla margins(Margins other) {
        return new Sla(percentile, endToEnd, firstToken, perToken, worstCase, other);
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

    /** {@return the mean to plan for where the percentile promises a limit, by its own margin, in seconds} */
    public double planned(Duration limit) {
        return seconds(limit) / percentile.margin();
    }

    private static double seconds(Duration limit) {
        return limit.getSeconds() + limit.getNano() / 1e9;
    }
}
