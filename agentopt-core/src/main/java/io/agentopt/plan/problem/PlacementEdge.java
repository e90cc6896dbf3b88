package io.agentopt.plan.problem;

/**
 * Data that flows from one operator to another.
 *
 * @param from index of the operator that produces
 * @param to index of the operator that waits for it
 * @param costs what the transfer takes, by the device classes of the two
 */
public record PlacementEdge(int from, int to, PairCosts costs) {
    public PlacementEdge {
        Check.range(from, 0, Quanta.MAX_OPERATORS - 1, "first operator", "an edge");
        Check.range(to, 0, Quanta.MAX_OPERATORS - 1, "second operator", "an edge");
    }
}
