package io.agentopt.kernel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The number, types and shapes of the arrays that a kernel takes, wherever they lie. */
public final class OperandShapes {
    private final KernelSpec spec;
    private final List<Operand> operands;
    private final String rows;

    public OperandShapes(KernelDefinition definition, KernelSpec spec) {
        this.spec = spec;
        this.operands = definition.operands(spec);
        this.rows = definition.rows(spec);
    }

    /** {@return what the kernel takes, in order} */
    public List<Operand> operands() {
        return operands;
    }

    /**
     * {@return the number of rows}
     *
     * @throws IllegalArgumentException when the number, a type or a shape does not fit
     */
    public long rows(List<? extends Shaped> arrays) {
        if (arrays.size() != operands.size()) {
            throw new IllegalArgumentException("Kernel '" + spec + "' takes " + operands.size() + " buffers " + operands
                    + ", and was given " + arrays.size() + ".");
        }
        Map<String, Long> lengths = new HashMap<>();
        for (int i = 0; i < operands.size(); i++) check(operands.get(i), arrays.get(i), lengths);
        return length(rows, lengths);
    }

    /** {@return the refusal of two arrays that overlap, one of which is written} */
    public IllegalArgumentException overlap(int written, int other) {
        return new IllegalArgumentException("Buffer " + operands.get(written) + " of kernel '" + spec
                + "' is written by it, and overlaps " + operands.get(other) + ".");
    }

    private void check(Operand operand, Shaped array, Map<String, Long> lengths) {
        if (array.type() != operand.type() || array.rank() != operand.rank()) throw mismatch(operand, array, "");
        for (int i = 0; i < operand.rank(); i++) {
            String dimension = operand.dimensions().get(i);
            lengths.putIfAbsent(dimension, fixed(dimension, array.dimension(i)));
            if (length(dimension, lengths) != array.dimension(i))
                throw mismatch(operand, array, ", where " + dimension + " is " + length(dimension, lengths));
        }
    }

    /** The length that a dimension must have: a parameter's value or a number, or for a free name the first length seen. */
    private long fixed(String dimension, long seen) {
        String parameter = spec.parameters().get(dimension);
        if (parameter != null) return Long.parseLong(parameter);
        return Character.isDigit(dimension.charAt(0)) ? Long.parseLong(dimension) : seen;
    }

    private static long length(String dimension, Map<String, Long> lengths) {
        Long length = lengths.get(dimension);
        if (length == null)
            throw new IllegalStateException(
                    "No operand has the dimension '" + dimension + "' that the kernel's rows are.");
        return length;
    }

    private IllegalArgumentException mismatch(Operand operand, Shaped array, String where) {
        StringBuilder given = new StringBuilder(array.type() + "[");
        for (int i = 0; i < array.rank(); i++) given.append(i == 0 ? "" : ", ").append(array.dimension(i));
        return new IllegalArgumentException(
                "Kernel '" + spec + "' takes " + operand + where + ", and was given " + given + "].");
    }
}
