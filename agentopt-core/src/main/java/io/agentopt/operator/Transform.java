package io.agentopt.operator;

import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
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
        if (arity < 1)
            throw new IllegalArgumentException("The arity (" + arity + ") of a function must be at least 1.");
    }

    /** {@return a pure function of one value} */
    public static <A, O> Transform<O> of(Function<? super A, ? extends O> function) {
        return new Transform<>(1, v -> function.apply(argument(v, 0)), function);
    }

    /** {@return a pure function of two values} */
    public static <A, B, O> Transform<O> of(BiFunction<? super A, ? super B, ? extends O> function) {
        return new Transform<>(2, v -> function.apply(argument(v, 0), argument(v, 1)), function);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the ports that fed the value had this type
    private static <T> T argument(List<Object> values, int position) {
        return (T) values.get(position);
    }

    @Override
    public String kind() {
        return "transform";
    }
}
