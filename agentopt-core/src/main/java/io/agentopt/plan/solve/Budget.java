package io.agentopt.plan.solve;

import java.util.function.LongSupplier;

/**
 * Counts steps and looks at the clock every few of them: a step of a large problem takes tens of microseconds. A part may be given a share that
 * ends before the whole.
 */
final class Budget {
    private static final int STEPS_PER_CLOCK = 8;

    private final long startNanos;
    private final long endNanos;
    private final long endSteps;
    private final boolean timed;
    private final LongSupplier clock;
    private final Counter counter;
    private boolean late;

    private static final class Counter {
        long steps;
    }

    private Budget(long startNanos, long endNanos, boolean timed, long endSteps, LongSupplier clock, Counter counter) {
        this.startNanos = startNanos;
        this.endNanos = endNanos;
        this.timed = timed;
        this.endSteps = endSteps;
        this.clock = clock;
        this.counter = counter;
    }

    static Budget of(SolveOptions options) {
        return of(options, System::nanoTime);
    }

    /** A budget on another clock of nanoseconds. */
    static Budget of(SolveOptions options, LongSupplier clock) {
        long now = clock.getAsLong();
        boolean timed = options.maxNanos() < Long.MAX_VALUE / 4;
        return new Budget(now, now + (timed ? options.maxNanos() : 0), timed, options.maxSteps(), clock, new Counter());
    }

    /** The part of what is left, at most {@code maxSteps} of it; its steps count for the whole as well. */
    Budget share(double fraction, long maxSteps) {
        long now = clock.getAsLong();
        long steps = Math.min(maxSteps, (long) ((endSteps - counter.steps) * fraction));
        long end = now + (long) (Math.max(0, endNanos - now) * fraction);
        long left = Math.max(0, endSteps - counter.steps);
        Budget part =
                new Budget(startNanos, end, timed, counter.steps + Math.min(left, Math.max(0, steps)), clock, counter);
        part.late = late || (timed && now - endNanos >= 0);
        return part;
    }

    /** Counts one step and says whether there is budget for it. */
    boolean step() {
        return steps(1);
    }

    boolean steps(int count) {
        long before = counter.steps;
        counter.steps += count;
        if (timed && before / STEPS_PER_CLOCK != counter.steps / STEPS_PER_CLOCK)
            late = clock.getAsLong() - endNanos > 0;
        return !late && counter.steps <= endSteps;
    }

    /** {@return about how many steps are left if each takes as long as those since a reading of steps and clock} */
    long stepsLeft(long stepsBefore, long nanosBefore) {
        long left = Math.max(0, endSteps - counter.steps);
        if (!timed) return left;
        long now = clock.getAsLong();
        double each = (double) Math.max(1, now - nanosBefore) / Math.max(1, counter.steps - stepsBefore);
        return (long) Math.min(left, Math.max(0, endNanos - now) / each);
    }

    /** What was left of a budget at some moment. */
    record Mark(long steps, long nanos) {}

    Mark mark() {
        return new Mark(Math.max(1, endSteps - counter.steps), timed ? Math.max(1, endNanos - clock.getAsLong()) : 0);
    }

    /** {@return the share of what was left at a mark that is left now, of steps or of time, whichever is less} */
    double leftSince(Mark mark) {
        double ofSteps = (double) (endSteps - counter.steps) / mark.steps;
        double ofTime = timed ? (double) (endNanos - clock.getAsLong()) / mark.nanos : 1;
        return Math.clamp(Math.min(ofSteps, ofTime), 0, 1);
    }

    /** {@return steps counted so far} */
    long steps() {
        return counter.steps;
    }

    boolean spent() {
        return late || counter.steps >= endSteps || (timed && clock.getAsLong() - endNanos > 0);
    }

    SolveStatistics statistics(String by) {
        return new SolveStatistics(by, counter.steps, clock.getAsLong() - startNanos);
    }

    /** {@return statistics of a placement found at a time on the clock of {@code System.nanoTime}} */
    SolveStatistics statistics(String by, long foundAt) {
        return new SolveStatistics(
                by,
                counter.steps,
                clock.getAsLong() - startNanos,
                foundAt == 0 ? 0 : Math.max(0, foundAt - startNanos));
    }
}
