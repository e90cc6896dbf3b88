package io.agentopt.plan.solve;

import java.time.Duration;
import java.util.List;

/**
 * How long to search and from where.
 *
 * @param seed of the random choices; equal seeds and step budgets give equal solutions
 * @param maxSteps most steps (one evaluated move, search node or bound iteration); with it the result does not depend on the clock
 * @param maxNanos most nanoseconds
 * @param start a placement to start from (one mode per operator), such as the plan in force; empty for none
 */
public record SolveOptions(long seed, long maxSteps, long maxNanos, List<Integer> start) {
    public SolveOptions {
        start = List.copyOf(start);
        if (maxSteps < 1 || maxNanos < 1) {
            throw new IllegalArgumentException("The budget of the solver (" + maxSteps + " steps, " + maxNanos
                    + " ns) must be positive. Give it at least 1 of each.");
        }
    }

    /** {@return a budget of steps: the same result on every machine} */
    public static SolveOptions steps(long seed, long maxSteps) {
        return new SolveOptions(seed, maxSteps, Long.MAX_VALUE, List.of());
    }

    /** {@return a budget of time: the best that this machine finds in it} */
    public static SolveOptions time(long seed, Duration atMost) {
        return new SolveOptions(seed, Long.MAX_VALUE, atMost.toNanos(), List.of());
    }

    /** {@return these options starting from a placement} */
    public SolveOptions from(List<Integer> modes) {
        return new SolveOptions(seed, maxSteps, maxNanos, modes);
    }
}
