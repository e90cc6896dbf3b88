package io.agentopt.graph;

/**
 * What one pass through a loop's body ends with.
 *
 * @param <S> state
 * @param <R> result
 * @param done whether this pass was the last
 * @param result the loop's result if it was
 * @param next the state of the next pass if it was not
 */
public record LoopStep<S, R>(Port<Boolean> done, Port<R> result, Port<S> next) {
    /** {@return the end of one pass through a loop's body} */
    public static <S, R> LoopStep<S, R> step(Port<Boolean> done, Port<R> result, Port<S> next) {
        return new LoopStep<>(done, result, next);
    }
}
