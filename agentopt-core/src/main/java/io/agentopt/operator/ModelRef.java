package io.agentopt.operator;

import java.util.Objects;

/**
 * A model by name. The planner looks it up in a model catalog, the runtime in a model store.
 *
 * @param id such as {@code support-1}
 */
public record ModelRef(String id) {
    public ModelRef {
        Objects.requireNonNull(id, "id");
    }

    @Override
    public String toString() {
        return id;
    }
}
