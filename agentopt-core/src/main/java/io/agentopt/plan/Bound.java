package io.agentopt.plan;

/**
 * How good a plan is at least.
 *
 * @param dollarsPerHour no placement of the same problem costs less than this
 * @param gap (cost - bound) / cost, 0 for a proved optimum
 * @param optimal whether the plan is proved optimal
 */
public record Bound(double dollarsPerHour, double gap, boolean optimal) {}
