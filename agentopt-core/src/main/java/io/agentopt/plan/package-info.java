/**
 * Step 3 of 6: plan. {@link io.agentopt.plan.Planner} turns a graph, a workload, an SLA and a fleet into a
 * {@link io.agentopt.plan.problem.PlacementProblem}, has it solved, and returns a {@link io.agentopt.plan.Plan}: what runs where,
 * what it costs, and how far from the optimum it can be at most.
 */
@NullMarked
package io.agentopt.plan;

import org.jspecify.annotations.NullMarked;
