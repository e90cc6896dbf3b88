package io.agentopt.graph;

import java.util.function.Function;

/**
 * A typed handle on a value of a graph that is being declared. It is good only inside that declaration, in the region that
 * defined it and those inside.
 *
 * @param <T> type of the value
 */
public final class Port<T> {
    private final GraphBuilder owner;
    private final ValueId id;

    Port(GraphBuilder owner, ValueId id) {
        this.owner = owner;
        this.id = id;
    }

    ValueId id() {
        return id;
    }

    GraphBuilder owner() {
        return owner;
    }

    /**
     * Adds a pure function of this value to the region that is being declared.
     *
     * @param name of the node, unique in the region
     * @return the function's result
     * @throws IllegalStateException if the declaration is over
     */
    public <R> Port<R> map(String name, Function<? super T, ? extends R> function) {
        return owner.declaration().current(name).node(name, function, this);
    }
}
