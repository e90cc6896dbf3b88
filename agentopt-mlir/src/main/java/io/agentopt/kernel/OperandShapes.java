package io.agentopt.kernel;

import java.util.ArrayList;
import java.util.List;

/** The number, types and shapes of the arrays that a kernel takes, wherever they lie. */
public final class OperandShapes {
    /** Of a dimension with a free name, before an array says it. */
    private static final long FREE = -1;

    private final KernelSpec spec;
    private final List<Operand> operands;

    /** The dimensions' names, each once. */
    private final List<String> names = new ArrayList<>();

    /** Of each dimension the length that it must have, or {@link #FREE}. */
    private final long[] fixed;

    /** Which of them the dimensions of the operands are, one operand's after the other's: a kernel may be called for little work, so no call looks names up. */
    private final int[] of;

    private final int rows;

    public OperandShapes(KernelDefinition definition, KernelSpec spec) {
        this.spec = spec;
        this.operands = definition.operands(spec);
        this.of = operands.stream()
                .flatMap(o -> o.dimensions().stream())
                .mapToInt(this::number)
                .toArray();
        this.fixed = names.stream().mapToLong(this::fixed).toArray();
        this.rows = names.indexOf(definition.rows(spec));
    }

    private int number(String dimension) {
        if (!names.contains(dimension)) names.add(dimension);
        return names.indexOf(dimension);
    }

    /** The length that a dimension must have: a parameter's value or a number. */
    private long fixed(String dimension) {
        String parameter = spec.parameters().get(dimension);
        if (parameter != null) return Long.parseLong(parameter);
        return Character.isDigit(dimension.charAt(0)) ? Long.parseLong(dimension) : FREE;
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
        if (rows < 0)
            throw new IllegalStateException("No operand of kernel '" + spec + "' has the dimension that its rows are.");
        long[] lengths = fixed.clone();
        int at = 0;
        for (int i = 0; i < arrays.size(); i++) {
            check(operands.get(i), arrays.get(i), at, lengths);
            at += operands.get(i).rank();
        }
        return lengths[rows];
    }

    /** {@return the refusal of two arrays that overlap, one of which is written} */
    public IllegalArgumentException overlap(int written, int other) {
        return new IllegalArgumentException("Buffer " + operands.get(written) + " of kernel '" + spec
                + "' is written by it, and overlaps " + operands.get(other) + ".");
    }

    private void check(Operand operand, Shaped array, int at, long[] lengths) {
        if (array.type() != operand.type() || array.rank() != operand.rank()) throw mismatch(operand, array, "");
        for (int i = 0; i < array.rank(); i++) {
            int dimension = of[at + i];
            long length = array.dimension(i);
            if (lengths[dimension] == FREE) lengths[dimension] = length;
            if (lengths[dimension] != length)
                throw mismatch(operand, array, ", where " + names.get(dimension) + " is " + lengths[dimension]);
        }
    }

    private IllegalArgumentException mismatch(Operand operand, Shaped array, String where) {
        StringBuilder given = new StringBuilder(array.type() + "[");
        for (int i = 0; i < array.rank(); i++) given.append(i == 0 ? "" : ", ").append(array.dimension(i));
        return new IllegalArgumentException(
                "Kernel '" + spec + "' takes " + operand + where + ", and was given " + given + "].");
    }
}
