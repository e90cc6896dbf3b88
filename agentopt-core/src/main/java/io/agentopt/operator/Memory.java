package io.agentopt.operator;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * State that outlives one run of an agent: a conversation, a profile. Implementations are safe for concurrent use.
 *
 * @param <K> key, such as a conversation id
 * @param <V> value
 */
public interface Memory<K, V> {
    /** {@return the name of this memory, unique in a graph} */
    String name();

    /** {@return the value of a key, or this memory's initial value} */
    V load(K key);

    /** Keeps a value under a key, in place of any earlier one. */
    void store(K key, V value);

    /** {@return a memory in this process's heap} */
    static <K, V> Memory<K, V> inProcess(String name, V initial) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(initial, "initial");
        if (name.isBlank()) throw new IllegalArgumentException("A memory needs a name; it is blank.");
        Map<K, V> values = new ConcurrentHashMap<>();
        return new Memory<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public V load(K key) {
                return values.getOrDefault(key, initial);
            }

            @Override
            public void store(K key, V value) {
                values.put(key, value);
            }
        };
    }
}
