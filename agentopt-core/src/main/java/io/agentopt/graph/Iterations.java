package io.agentopt.graph;

/**
 * How often a loop runs.
 *
 * @param max hard limit, at least 1; reaching it without being done fails the run
 * @param expected mean number that the planner assumes, in [1, max]
 */
public record Iterations(int max, double expected) {
    public Iterations {
        if (max < 1)
            throw new IllegalArgumentException("The max iterations (" + max + ") of a loop must be at least 1.");
        if (!(expected >= 1 && expected <= max)) {
            throw new IllegalArgumentException(
                    "The expected iterations (" + expected + ") of a loop must be in [1, max = " + max + "].");
        }
    }

    /** {@return a limit that the planner assumes to be reached each time, until {@link #expected} says otherwise} */
    public static Iterations maxIterations(int max) {
        return new Iterations(max, Math.max(max, 1));
    }

    /** {@return this limit with a mean for the planner} */
    public Iterations expected(double mean) {
        return new Iterations(max, mean);
    }
}
