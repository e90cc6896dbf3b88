package io.agentopt.plan.problem;

/**
 * Data that flows from one operator to another.
 *
 * @param from index of the operator that produces
 * @param to index of the operator that waits for it
 * @param costs what the transfer takes, by the device classes of the two
 * @param bytesPerRequest data that a request sends along this edge, expected visits included; counts for {@link LinkCapacity}
 */
public record PlacementEdge(int from, int to, PairCosts costs, double bytesPerRequest) {
    public PlacementEdge {
        Check.range(from, 0, Quanta.MAX_OPERATORS - 1, "first operator", "an edge");
        Check.range(to, 0, Quanta.MAX_OPERATORS - 1, "second operator", "an edge");
        Check.range(bytesPerRequest, 0, Quanta.MAX_BYTES, "bytesPerRequest", "the edge " + from + " -> " + to);
    }

    /** An edge whose bytes no link capacity counts. */
    public PlacementEdge(int from, int to, PairCosts costs) {
        this(from, to, costs, 0);
    }
}
