package io.agentopt.operator;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A pure Java function between two other operators: it must depend on its arguments alone and change nothing, since the
 * compiler may merge, move or drop it.
 *
 * @param <O> result
 * @param arity number of arguments, at least 1
 * @param body takes the arguments in port order
 * @param identity the user's function object: two transforms with the same one do the same
 */
public record Transform<O>(int arity, Function<List<Object>, O> body, Object identity) implements Operator<Object, O> {
    public Transform {
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(identity, "identity");
        if (arity < 1) throw new IllegalArgumentException("arity (" + arity + ") must be at least 1");
    }

    @Override
    public String kind() {
        return "transform";
    }
}
