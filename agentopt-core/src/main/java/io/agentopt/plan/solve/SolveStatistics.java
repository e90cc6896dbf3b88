package io.agentopt.plan.solve;

/**
 * What a solution took. Not part of its value: two runs of one seed differ in it.
 *
 * @param by the part that found the solution
 * @param steps moves, nodes and bound iterations
 * @param elapsedNanos wall clock
 */
public record SolveStatistics(String by, long steps, long elapsedNanos) {}
