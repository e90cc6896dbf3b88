package io.agentopt.graph;

/**
 * A pure function of three arguments.
 *
 * @param <A> first
 * @param <B> second
 * @param <C> third
 * @param <R> result
 */
@FunctionalInterface
public interface Function3<A, B, C, R> {
    /** {@return the function's value} */
    R apply(A a, B b, C c);
}
