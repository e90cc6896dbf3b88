package io.agentopt.runtime.llm;

/** How many KV caches an engine has room for. Each has room for the engine's context. */
public sealed interface KvRoom {
    /** So many. */
    record Slots(int count) implements KvRoom {
        public Slots {
            if (count < 1)
                throw new IllegalArgumentException("The slots (" + count + ") of an engine must be at least 1.");
        }
    }

    /**
     * As many as fit, up to {@value MemoryEstimate#MOST_SLOTS}.
     *
     * @param bytes that the engine may take in all: weights, KV caches, activations, prefix cache
     */
    record Memory(long bytes) implements KvRoom {
        public Memory {
            if (bytes < 1)
                throw new IllegalArgumentException("The memory (" + bytes + " bytes) of an engine must be positive.");
        }
    }
}
