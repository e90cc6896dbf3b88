package io.agentopt.lower;

import io.agentopt.graph.ValueId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the values of a graph have become so far. A region sees those of the regions around it and keeps its own to itself. */
final class Values<T> {
    private final Map<ValueId, T> known = new HashMap<>();
    private final @Nullable Values<T> outer;

    Values() {
        this(null);
    }

    private Values(@Nullable Values<T> outer) {
        this.outer = outer;
    }

    /** {@return the values of a region inside, which sees these too} */
    Values<T> inner() {
        return new Values<>(this);
    }

    void put(ValueId id, T value) {
        known.put(id, value);
    }

    T get(ValueId id) {
        T value = known.get(id);
        for (Values<T> up = outer; value == null && up != null; up = up.outer) value = up.known.get(id);
        if (value == null)
            throw new IllegalStateException("The value " + id + " is used where no node before has defined it.");
        return value;
    }
}
