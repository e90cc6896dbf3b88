package io.agentopt.lower;

import io.agentopt.graph.ValueId;
import java.util.HashMap;
import java.util.Map;

/** What the values of a graph have become so far. A region sees those of the regions around it and keeps its own to itself. */
final class Values<T> {
    private final Map<ValueId, T> known;

    Values() {
        this(new HashMap<>());
    }

    private Values(Map<ValueId, T> known) {
        this.known = known;
    }

    /** {@return the values that a region inside starts with} */
    Values<T> inner() {
        return new Values<>(new HashMap<>(known));
    }

    void put(ValueId id, T value) {
        known.put(id, value);
    }

    T get(ValueId id) {
        T value = known.get(id);
        if (value == null)
            throw new IllegalStateException("The value " + id + " is used where no node before has defined it.");
        return value;
    }
}
