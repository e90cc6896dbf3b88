package io.agentopt.plan.solve;

/**
 * What a solution took. Not part of its value: two runs of one seed differ in it.
 *
 * @param by the part that found the solution
 * @param steps moves, nodes and bound iterations
 * @param elapsedNanos wall clock
 * @param bestNanos wall clock until the placement that is returned was first found; 0 when it is the start that was given, the whole when
 *     there is none
 */
public record SolveStatistics(String by, long steps, long elapsedNanos, long bestNanos) {
    /** Statistics of an answer that came at the end. */
    public SolveStatistics(String by, long steps, long elapsedNanos) {
        this(by, steps, elapsedNanos, elapsedNanos);
    }
}
