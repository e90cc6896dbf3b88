package io.agentopt.operator;

import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A small numeric function over tensors, compiled for the processor it runs on. It is named as in the catalog of kernels, with what it is specialised for:
 * {@code softmax{columns=8}}. One port an input, in the kernel's order, each a {@link Tensor}, an embedding or sound.
 *
 * @param <O> {@link Tensor}, or {@link Tensors} for a kernel with several outputs
 * @param name in the catalog: lower case letters, digits and underscores
 * @param parameters what is fixed when it is compiled, by name
 * @param arity inputs, at least 1
 * @param severalOutputs whether it gives {@link Tensors}
 * @param work of one run for the planner, or empty for next to nothing
 */
public record Kernel<O>(
        String name, Map<String, String> parameters, int arity, boolean severalOutputs, Optional<Work> work)
        implements Operator<Object, O> {
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_]*");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.+-]+");

    public Kernel {
        Objects.requireNonNull(work, "work");
        require(WORD, "name", name, name);
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        for (Map.Entry<String, String> p : parameters.entrySet()) {
            require(WORD, "parameter", p.getKey(), name);
            require(VALUE, "value of parameter '" + p.getKey() + "'", p.getValue(), name);
        }
        if (arity < 1)
            throw new IllegalArgumentException(
                    "The inputs (" + arity + ") of kernel '" + name + "' must be at least 1.");
    }

    /** {@return a kernel with one output} */
    public static Kernel<Tensor> one(String name, int inputs) {
        return new Kernel<>(name, Map.of(), inputs, false, Optional.empty());
    }

    /** {@return a kernel with several outputs} */
    public static Kernel<Tensors> several(String name, int inputs) {
        return new Kernel<>(name, Map.of(), inputs, true, Optional.empty());
    }

    /** {@return this kernel, specialised} */
    public Kernel<O> with(String parameter, Object value) {
        Map<String, String> more = new TreeMap<>(parameters);
        more.put(parameter, value.toString());
        return new Kernel<>(name, more, arity, severalOutputs, work);
    }

    /** {@return this operator with what one run costs} */
    public Kernel<O> costing(Work ofARun) {
        return new Kernel<>(name, parameters, arity, severalOutputs, Optional.of(ofARun));
    }

    /** {@return its name and, in braces, what it is specialised for, such as {@code softmax{columns=8}}} */
    public String specification() {
        if (parameters.isEmpty()) return name;
        StringBuilder text = new StringBuilder(name).append('{');
        parameters.forEach((p, v) -> text.append(p).append('=').append(v).append(','));
        text.setCharAt(text.length() - 1, '}');
        return text.toString();
    }

    private static void require(Pattern pattern, String what, String text, String kernel) {
        if (!pattern.matcher(text).matches())
            throw new IllegalArgumentException("The " + what + " \"" + text + "\" of kernel '" + kernel
                    + "' does not match " + pattern + ". Write it as the catalog of kernels does.");
    }

    @Override
    public String kind() {
        return "kernel";
    }
}
