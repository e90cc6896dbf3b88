package io.agentopt.runtime.dispatch;

import java.time.Duration;
import java.util.Optional;

/**
 * When something must be done: a point on a {@link RunClock}, or never. It is absolute, so it can be handed down without
 * loss.
 */
public final class Deadline {
    /** No deadline. */
    public static final Deadline NONE = new Deadline(0, Optional.empty());

    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final long atNanos;
    private final Optional<Duration> limit;

    private Deadline(long atNanos, Optional<Duration> limit) {
        this.atNanos = atNanos;
        this.limit = limit;
    }

    /**
     * {@return a deadline so much time from now}
     *
     * @param limit positive
     */
    public static Deadline after(Duration limit, RunClock clock) {
        if (limit.isZero() || limit.isNegative()) {
            throw new IllegalArgumentException("The deadline (" + limit + ") of the run must be positive.");
        }
        Duration capped = limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
        return new Deadline(clock.nanos() + capped.toNanos(), Optional.of(limit));
    }

    /** {@return the time that was given, or empty without a deadline} */
    public Optional<Duration> limit() {
        return limit;
    }

    /** {@return what is left in nanoseconds, at least 0; {@link Long#MAX_VALUE} without a deadline} */
    public long remainingNanos(RunClock clock) {
        return limit.isEmpty() ? Long.MAX_VALUE : Math.max(0, atNanos - clock.nanos());
    }

    /** {@return the one of the two that comes first} */
    public Deadline earlier(Deadline other) {
        if (other.limit.isEmpty()) return this;
        if (limit.isEmpty()) return other;
        return atNanos - other.atNanos <= 0 ? this : other;
    }

    long atNanos() {
        return atNanos;
    }
}
