package io.agentopt.plan.granular;

import io.agentopt.graph.Node;
import java.util.Optional;

/**
 * One operator as the planner places it.
 *
 * @param id path and phase
 * @param call the graph node, or empty for the graph's input and output, which stay on the home device
 * @param visits expected runs per request; work and money scale with it
 * @param pathVisits expected runs one after another per request; latency scales with it. Items of a for-each run side by side
 *     and count once
 */
public record GranularOperator(OperatorId id, Optional<Node.Call> call, double visits, double pathVisits) {}
