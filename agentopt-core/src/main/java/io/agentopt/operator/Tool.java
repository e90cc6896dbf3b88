package io.agentopt.operator;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * A function with an outside: a lookup, a remote call, an order to a warehouse. It may block and may fail.
 *
 * @param <I> argument
 * @param <O> result
 * @param name unique in a graph for one function
 * @param function what it does; called on a virtual thread
 * @param expectedLatency mean duration that the planner assumes
 * @param dollarsPerCall price of one call
 * @param idempotent whether calling it twice with the same argument is the same as calling it once. Only idempotent tools are
 *     retried, and only they may be merged when a graph calls them twice with the same argument
 */
public record Tool<I, O>(
        String name,
        Function<? super I, ? extends O> function,
        Duration expectedLatency,
        double dollarsPerCall,
        boolean idempotent)
        implements Operator<I, O> {

    public Tool {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(expectedLatency, "expectedLatency");
        if (name.isBlank()) throw new IllegalArgumentException("A tool needs a name; it is blank.");
        if (expectedLatency.isNegative()) {
            throw new IllegalArgumentException(
                    "The expectedLatency (" + expectedLatency + ") of tool '" + name + "' must not be negative.");
        }
        if (!(dollarsPerCall >= 0) || Double.isInfinite(dollarsPerCall)) {
            throw new IllegalArgumentException(
                    "The dollarsPerCall (" + dollarsPerCall + ") of tool '" + name + "' must be 0 or positive.");
        }
    }

    /** A free, instant tool that is not idempotent. */
    public Tool(String name, Function<? super I, ? extends O> function) {
        this(name, function, Duration.ZERO, 0, false);
    }

    /** {@return this tool with a mean duration for the planner} */
    public Tool<I, O> expecting(Duration latency) {
        return new Tool<>(name, function, latency, dollarsPerCall, idempotent);
    }

    /** {@return this tool with a price per call, in dollars} */
    public Tool<I, O> priced(double dollars) {
        return new Tool<>(name, function, expectedLatency, dollars, idempotent);
    }

    /** {@return this tool marked idempotent} */
    public Tool<I, O> asIdempotent() {
        return new Tool<>(name, function, expectedLatency, dollarsPerCall, true);
    }

    @Override
    public String kind() {
        return "tool";
    }
}
