package io.agentopt.graph;

import java.util.List;

/**
 * A stretch of a graph: the whole body, a loop's body, a branch. Nodes may use values of enclosing regions.
 *
 * @param parameters values that enter
 * @param nodes in an order in which each comes after what it uses
 * @param yields values that leave
 */
public record Region(List<ValueId> parameters, List<Node> nodes, List<ValueId> yields) {
    public Region {
        parameters = List.copyOf(parameters);
        nodes = List.copyOf(nodes);
        yields = List.copyOf(yields);
    }
}
