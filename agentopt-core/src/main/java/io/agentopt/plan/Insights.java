package io.agentopt.plan;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The details of a plan, worked out when they are first asked for and kept. Not part of a plan's value: plans that differ in it alone are
 * equal. Safe for concurrent use.
 */
public final class Insights {
    private @Nullable Supplier<PlanDetails> source;
    private @Nullable PlanDetails details;

    private Insights(@Nullable Supplier<PlanDetails> source, @Nullable PlanDetails details) {
        this.source = source;
        this.details = details;
    }

    /** {@return no details, as of a plan read from a file without them} */
    public static Insights none() {
        return new Insights(null, null);
    }

    /** {@return details that are known} */
    public static Insights of(PlanDetails details) {
        return new Insights(null, details);
    }

    static Insights lazy(Supplier<PlanDetails> source) {
        return new Insights(source, null);
    }

    /** {@return the details, which the first call may take a second to work out; empty when nothing is known} */
    public synchronized Optional<PlanDetails> details() {
        if (details == null && source != null) {
            details = source.get();
            source = null;
        }
        return Optional.ofNullable(details);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Insights;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public synchronized String toString() {
        return details != null ? details.toString() : source == null ? "none" : "not asked for yet";
    }
}
