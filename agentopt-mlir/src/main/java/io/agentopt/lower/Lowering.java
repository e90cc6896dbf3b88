package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.Placement;
import io.agentopt.program.Program;

/** Turns a graph and a placement into a program. */
public interface Lowering {
    /**
     * Lowers a graph.
     *
     * @throws IllegalArgumentException if the placement lacks an operator of the graph
     */
    Program lower(AgentGraph<?, ?> graph, Placement placement);
}
