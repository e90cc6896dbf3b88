package io.agentopt.plan.granular;

import java.util.Objects;

/**
 * Names one granular operator of a graph.
 *
 * @param path of the node, such as {@code think/generate}
 * @param phase the part of the node; {@link Phase#WHOLE} for a node that is not split
 */
public record OperatorId(String path, Phase phase) implements Comparable<OperatorId> {
    /** The parts that a node is split into. */
    public enum Phase {
        WHOLE,
        /** Reads the prompt, fills the KV cache. */
        PREFILL,
        /** Generates token by token from a KV cache. */
        DECODE
    }

    public OperatorId {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(phase, "phase");
    }

    /** {@return a node that is not split} */
    public static OperatorId whole(String path) {
        return new OperatorId(path, Phase.WHOLE);
    }

    /** {@return the prefill of an LLM call} */
    public static OperatorId prefill(String path) {
        return new OperatorId(path, Phase.PREFILL);
    }

    /** {@return the decode of an LLM call} */
    public static OperatorId decode(String path) {
        return new OperatorId(path, Phase.DECODE);
    }

    /** Reads {@link #toString()} back. */
    public static OperatorId parse(String text) {
        for (Phase p : new Phase[] {Phase.PREFILL, Phase.DECODE}) {
            String end = "." + p.name().toLowerCase(java.util.Locale.ROOT);
            if (text.endsWith(end)) return new OperatorId(text.substring(0, text.length() - end.length()), p);
        }
        return whole(text);
    }

    @Override
    public int compareTo(OperatorId other) {
        int byPath = path.compareTo(other.path);
        return byPath != 0 ? byPath : phase.compareTo(other.phase);
    }

    @Override
    public String toString() {
        return phase == Phase.WHOLE ? path : path + "." + phase.name().toLowerCase(java.util.Locale.ROOT);
    }
}
