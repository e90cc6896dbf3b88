package io.agentopt.operator;

import java.util.Objects;

/**
 * Reads a memory: key in, value out. In one region it sees what an earlier {@link MemoryStore} of the same memory wrote.
 *
 * @param <K> key
 * @param <V> value
 * @param memory what is read
 */
public record MemoryLoad<K, V>(Memory<K, V> memory) implements Operator<K, V> {
    public MemoryLoad {
        Objects.requireNonNull(memory, "memory");
    }

    @Override
    public String kind() {
        return "memory_load";
    }
}
