package io.agentopt.operator;

import java.util.Objects;

/**
 * Writes a memory: key and value in, the value out. Never merged, moved or dropped.
 *
 * @param <K> key
 * @param <V> value
 * @param memory what is written
 */
public record MemoryStore<K, V>(Memory<K, V> memory) implements Operator<K, V> {
    public MemoryStore {
        Objects.requireNonNull(memory, "memory");
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public String kind() {
        return "memory_store";
    }
}
