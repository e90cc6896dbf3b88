package io.agentopt.kernel;

import java.util.List;

/** A parameter that a kernel takes, and the values it may have. */
public sealed interface Parameter {
    String name();

    /**
     * Holds a specification's value against the range.
     *
     * @throws IllegalArgumentException when the specification lacks the parameter or has a value outside of its range
     */
    void check(KernelSpec spec);

    /**
     * A whole number from {@code least} to {@code most}, both included.
     */
    record Whole(String name, long least, long most) implements Parameter {
        @Override
        public void check(KernelSpec spec) {
            long value = spec.integer(name);
            if (!spec.value(name).equals(Long.toString(value))) { // the text goes into the kernel's MLIR as it is
                throw new IllegalArgumentException(
                        "Parameter '" + name + "' of kernel '" + spec + "' is not written as " + value + ".");
            }
            if (value < least || value > most) {
                throw new IllegalArgumentException("Parameter '" + name + "' of kernel '" + spec + "' is outside of "
                        + least + " to " + most + ".");
            }
        }
    }

    /** A decimal number from {@code least} to {@code most}, both included; written as MLIR writes one, with a point. */
    record Decimal(String name, double least, double most) implements Parameter {
        @Override
        public void check(KernelSpec spec) {
            String text = spec.value(name);
            if (!text.matches("-?[0-9]+\\.[0-9]+([eE][+-]?[0-9]+)?")) {
                throw new IllegalArgumentException("Parameter '" + name + "' of kernel '" + spec
                        + "' is no decimal number such as 0.00001 or 1.0e-5.");
            }
            double value = Double.parseDouble(text);
            if (!(value >= least && value <= most)) {
                throw new IllegalArgumentException("Parameter '" + name + "' of kernel '" + spec + "' is outside of "
                        + least + " to " + most + ".");
            }
        }
    }

    /** One of some words. */
    record Choice(String name, List<String> values) implements Parameter {
        public Choice {
            values = List.copyOf(values);
        }

        @Override
        public void check(KernelSpec spec) {
            if (!values.contains(spec.value(name))) {
                throw new IllegalArgumentException(
                        "Parameter '" + name + "' of kernel '" + spec + "' is none of " + values + ".");
            }
        }
    }

    static Parameter whole(String name, long least, long most) {
        return new Whole(name, least, most);
    }

    static Parameter decimal(String name, double least, double most) {
        return new Decimal(name, least, most);
    }

    static Parameter choice(String name, String... values) {
        return new Choice(name, List.of(values));
    }

    /** {@return an element type among these} */
    static Parameter type(String name, ElementType... types) {
        return new Choice(name, List.of(types).stream().map(ElementType::mlir).toList());
    }
}
