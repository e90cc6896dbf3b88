package io.agentopt.operator;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An operator of the user's own kind. In the compiler's dialect it is an op of that name, whose effects are what is promised here.
 *
 * @param <O> result
 * @param name family and kind, such as {@code acme.redact}; unique in a graph for one operator
 * @param inputs what goes in, by port; {@code Object} for anything
 * @param output what comes out; {@code Object} for anything
 * @param effects what running it does to the world
 * @param work of one run for the planner, or empty for a function that takes next to nothing, on the host
 * @param function what it does, on the host; empty where the runtime is given a runner for the name
 */
public record Custom<O>(
        String name,
        List<Class<?>> inputs,
        Class<?> output,
        Effects effects,
        Optional<Work> work,
        Optional<Function<List<Object>, O>> function)
        implements Operator<Object, O> {
    private static final Pattern NAME = Pattern.compile("([a-z][a-z0-9_]*)\\.([a-z][a-z0-9_]*)");
    private static final Set<String> TAKEN = Set.of("agent", "builtin", "irdl");

    /** What running an operator does to the world, as its owner promises. */
    public enum Effects {
        /** Nothing, and the result depends on the inputs alone: it may be merged, moved, dropped and repeated. */
        PURE,
        /** Doing it twice is doing it once: it is repeated after a failure, but neither merged, moved nor dropped. */
        IDEMPOTENT,
        /** Anything: it runs as often as the graph says, in the graph's order. */
        OUTSIDE;

        /** {@return the word in files} */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Custom {
        inputs = List.copyOf(inputs);
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(effects, "effects");
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(function, "function");
        if (!isName(name)) {
            throw new IllegalArgumentException("The name \"" + name
                    + "\" of a custom operator must be a family and a kind of lower case letters, digits and underscores, such"
                    + " as acme.redact; the families " + TAKEN.stream().sorted().toList() + " are taken.");
        }
        if (inputs.isEmpty())
            throw new IllegalArgumentException("The custom operator '" + name + "' takes nothing. Give it an input.");
        if (output.isPrimitive() || inputs.stream().anyMatch(Class::isPrimitive)) {
            throw new IllegalArgumentException("The custom operator '" + name + "' takes " + inputs + " and gives "
                    + output + ": values are objects. Name Integer.class in place of int.class.");
        }
    }

    /** {@return whether a text is a family and a kind, of a family that is not taken} */
    public static boolean isName(String name) {
        Matcher parts = NAME.matcher(name);
        return parts.matches() && !TAKEN.contains(parts.group(1));
    }

    /** {@return a custom operator of one input that is a function of the host with effects outside} */
    public static <A, O> Custom<O> of(
            String name, Class<A> input, Class<O> output, Function<? super A, ? extends O> function) {
        Objects.requireNonNull(function, "function");
        return new Custom<>(
                name,
                List.of(input),
                output,
                Effects.OUTSIDE,
                Optional.empty(),
                Optional.of(in -> function.apply(input.cast(in.getFirst()))));
    }

    /** {@return a custom operator of two inputs that is a function of the host with effects outside} */
    public static <A, B, O> Custom<O> of(
            String name,
            Class<A> first,
            Class<B> second,
            Class<O> output,
            BiFunction<? super A, ? super B, ? extends O> function) {
        Objects.requireNonNull(function, "function");
        return new Custom<>(
                name,
                List.of(first, second),
                output,
                Effects.OUTSIDE,
                Optional.empty(),
                Optional.of(in -> function.apply(first.cast(in.get(0)), second.cast(in.get(1)))));
    }

    /** {@return a custom operator with effects outside for which the runtime is given a runner} */
    public static <O> Custom<O> external(String name, Class<O> output, Class<?>... inputs) {
        return new Custom<>(name, List.of(inputs), output, Effects.OUTSIDE, Optional.empty(), Optional.empty());
    }

    /** {@return this operator with a promise of what it does to the world} */
    public Custom<O> promising(Effects promised) {
        return new Custom<>(name, inputs, output, promised, work, function);
    }

    /** {@return this operator with what one run costs} */
    public Custom<O> costing(Work ofARun) {
        return new Custom<>(name, inputs, output, effects, Optional.of(ofARun), function);
    }

    /** {@return whether a second attempt is harmless} */
    public boolean repeatable() {
        return effects != Effects.OUTSIDE;
    }

    @Override
    public int arity() {
        return inputs.size();
    }

    @Override
    public String kind() {
        return "custom";
    }
}
