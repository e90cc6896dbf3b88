package io.agentopt.kernel;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which kernel, specialised how. Its text, as {@code cosine{d=384,type=f32}}, is the first part of the compiled code's cache key.
 *
 * @param name the kernel's name: lower case letters, digits and underscores
 * @param parameters what is fixed at compile time, sorted by name
 */
public record KernelSpec(String name, Map<String, String> parameters) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.+-]+");

    /** @throws IllegalArgumentException when a name or a value has other characters than identifiers and numbers have */
    public KernelSpec {
        require(NAME, name, "name", name);
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
        for (var parameter : parameters.entrySet()) {
            require(NAME, parameter.getKey(), "parameter name", name);
            require(VALUE, parameter.getValue(), "value of parameter '" + parameter.getKey() + "'", name);
        }
    }

    /** {@return the kernel without parameters; {@link #with} adds them} */
    public static KernelSpec of(String name) {
        return new KernelSpec(name, Map.of());
    }

    /**
     * Reads {@link #toString()} back.
     *
     * @throws IllegalArgumentException if the text is no specification
     */
    public static KernelSpec parse(String text) {
        int brace = text.indexOf('{');
        if (brace < 0) return of(text);
        if (!text.endsWith("}")) throw noSpecification(text);
        Map<String, String> parameters = new TreeMap<>();
        for (String pair : text.substring(brace + 1, text.length() - 1).split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) throw noSpecification(text);
            if (parameters.put(pair.substring(0, equals), pair.substring(equals + 1)) != null)
                throw noSpecification(text);
        }
        return new KernelSpec(text.substring(0, brace), parameters);
    }

    private static IllegalArgumentException noSpecification(String text) {
        return new IllegalArgumentException("\"" + text
                + "\" is no specification of a kernel. Write one as softmax{columns=8}, each parameter once.");
    }

    /** {@return this specification with one parameter more, or another value for it} */
    public KernelSpec with(String parameter, String value) {
        Map<String, String> all = new TreeMap<>(parameters);
        all.put(parameter, value);
        return new KernelSpec(name, all);
    }

    /** {@return this specification with an integer parameter} */
    public KernelSpec with(String parameter, long value) {
        return with(parameter, Long.toString(value));
    }

    /** {@return this specification with an element type as parameter} */
    public KernelSpec with(String parameter, ElementType value) {
        return with(parameter, value.mlir());
    }

    /**
     * {@return the value of a parameter}
     *
     * @throws IllegalArgumentException when it is not given
     */
    public String value(String parameter) {
        String value = parameters.get(parameter);
        if (value == null) {
            throw new IllegalArgumentException("Kernel '" + this + "' has no parameter '" + parameter
                    + "'. Add it: .with(\"" + parameter + "\", ...).");
        }
        return value;
    }

    /** {@return the value of an integer parameter} */
    public long integer(String parameter) {
        String value = value(parameter);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "Parameter '" + parameter + "' of kernel '" + this + "' is no integer.", e);
        }
    }

    /** {@return the value of a parameter that is an element type} */
    public ElementType type(String parameter) {
        return ElementType.of(value(parameter));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        String separator = "{";
        for (var parameter : parameters.entrySet()) {
            text.append(separator).append(parameter.getKey()).append('=').append(parameter.getValue());
            separator = ",";
        }
        return parameters.isEmpty() ? name : text.append('}').toString();
    }

    private static void require(Pattern pattern, String text, String what, String kernel) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("The " + what + " of kernel '" + kernel + "' is '" + text
                    + "', which does not match " + pattern + ".");
        }
    }
}
