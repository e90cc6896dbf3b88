package io.agentopt.plan.granular;

import io.agentopt.graph.AgentGraph;
import io.agentopt.operator.Generate;
import java.util.List;

/**
 * A graph as the planner sees it: granular operators and an acyclic set of dependencies.
 *
 * <p>Regions unfold as follows; r is the region's expected number of runs.
 *
 * <ul>
 *   <li>loop: the body once, visits and path visits times the expected iterations. A body whose every duration is multiplied by r
 *       has r times the critical path, which is what r passes one after another take.
 *   <li>when: both branches, one after the other, each times its probability: the expected duration p a + (1 - p) b.
 *   <li>for-each: the body once, visits times the expected items, path visits times min(1, expected items).
 *   <li>nested graph: the body once.
 * </ul>
 *
 * <p>What follows a region waits for all of it. Values that enter a loop are charged once per pass.
 *
 * @param graph what was taken apart
 * @param operators the first is the graph's input, the last its output
 * @param edges dependencies, without duplicates
 */
public record GranularGraph(AgentGraph<?, ?> graph, List<GranularOperator> operators, List<GranularEdge> edges) {
    /** The operator that stands for the graph's input. */
    public static final OperatorId INPUT = OperatorId.whole("(input)");

    /** The operator that stands for the graph's output. */
    public static final OperatorId OUTPUT = OperatorId.whole("(output)");

    public GranularGraph {
        operators = List.copyOf(operators);
        edges = List.copyOf(edges);
    }

    /** {@return the graph taken apart} */
    public static GranularGraph of(AgentGraph<?, ?> graph) {
        return new Unfolding(graph, false).unfold();
    }

    /**
     * {@return the same operators with the runs of the slowest request: loops as often as they may, the slower branch each time, every
     * for-each with an item} Branches of a when lie side by side, so that its longest path goes through one of them.
     */
    public static GranularGraph worstCase(AgentGraph<?, ?> graph) {
        return new Unfolding(graph, true).unfold();
    }

    /** {@return indices of the prefills of LLM calls} */
    public List<Integer> prefills() {
        return java.util.stream.IntStream.range(0, operators.size())
                .filter(i -> operators.get(i).id().phase() == OperatorId.Phase.PREFILL)
                .boxed()
                .toList();
    }

    /** {@return the LLM call of a prefill or decode} */
    public static Generate generateOf(GranularOperator operator) {
        return (Generate) operator.call().orElseThrow().operator();
    }
}
