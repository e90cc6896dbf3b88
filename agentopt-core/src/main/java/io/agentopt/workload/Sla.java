package io.agentopt.workload;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How fast an agent must answer.
 *
 * @param percentile the share of requests that it speaks for
 * @param endToEnd longest time from request to answer
 * @param firstToken longest time until the first token of the answer, or empty for no such limit
 */
public record Sla(Percentile percentile, Duration endToEnd, Optional<Duration> firstToken) {
    public Sla {
        Objects.requireNonNull(percentile, "percentile");
        Objects.requireNonNull(endToEnd, "endToEnd");
        positive(endToEnd, "end-to-end limit");
        firstToken.ifPresent(t -> positive(t, "first-token limit"));
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
        return new Sla(percentile, endToEnd, Optional.of(limit));
    }

    /** {@return the mean end-to-end time to plan for, in seconds} */
    public double plannedEndToEndSeconds() {
        return (endToEnd.getSeconds() + endToEnd.getNano() / 1e9) / percentile.margin();
    }
}
