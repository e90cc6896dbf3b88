package io.agentopt.plan.granular;

/**
 * A dependency between two granular operators.
 *
 * @param from index of the operator that must be complete
 * @param to index of the operator that waits
 * @param carries what moves along it
 */
public record GranularEdge(int from, int to, Carries carries) {
    /** What moves along a dependency. */
    public enum Carries {
        /** Nothing: control flow alone. */
        NOTHING,
        /** The result of the node, of the size that its options state. */
        VALUE,
        /** The KV cache from prefill to decode. */
        KV_CACHE
    }
}
