package io.agentopt.graph;

/**
 * Names one value of a graph: its input, a region's parameter or a node's result.
 *
 * @param number unique in its graph, in order of declaration
 */
public record ValueId(int number) {
    @Override
    public String toString() {
        return "%" + number;
    }
}
