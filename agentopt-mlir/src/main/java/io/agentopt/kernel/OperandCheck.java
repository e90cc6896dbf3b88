package io.agentopt.kernel;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Holds a call's buffers against what its kernel takes, before any code runs. */
final class OperandCheck {
    private final KernelSpec spec;
    private final List<Operand> operands;
    private final String rows;

    OperandCheck(KernelDefinition definition, KernelSpec spec) {
        this.spec = spec;
        this.operands = definition.operands(spec);
        this.rows = definition.rows(spec);
    }

    /**
     * {@return the number of rows}
     *
     * @throws IllegalArgumentException when number, types, shapes, overlap or writability of the buffers do not fit
     * @throws IllegalStateException when a buffer's memory is freed
     * @throws WrongThreadException when a buffer belongs to another thread
     */
    long check(Buffer... buffers) {
        if (buffers.length != operands.size()) {
            throw new IllegalArgumentException("Kernel '" + spec + "' takes " + operands.size() + " buffers " + operands
                    + ", and was given " + buffers.length + ".");
        }
        Map<String, Long> lengths = new HashMap<>();
        for (int i = 0; i < buffers.length; i++) check(operands.get(i), buffers[i], lengths);
        for (int i = 0; i < buffers.length; i++) if (operands.get(i).isWritten()) checkAlone(i, buffers);
        return length(rows, lengths);
    }

    /** @throws WrongThreadException when a buffer's memory is confined to one thread */
    void checkShared(Buffer... buffers) {
        Thread other = Thread.ofPlatform().unstarted(() -> {});
        for (int i = 0; i < buffers.length; i++) {
            if (!buffers[i].segment().isAccessibleBy(other)) {
                throw new WrongThreadException("Buffer " + operands.get(i) + " of kernel '" + spec
                        + "' belongs to one thread, and several are to work on it. Allocate it from a shared arena.");
            }
        }
    }

    private void check(Operand operand, Buffer buffer, Map<String, Long> lengths) {
        if (buffer.type() != operand.type() || buffer.rank() != operand.rank()) throw mismatch(operand, buffer, "");
        for (int i = 0; i < operand.rank(); i++) {
            String dimension = operand.dimensions().get(i);
            lengths.putIfAbsent(dimension, fixed(dimension, buffer.dimension(i)));
            if (length(dimension, lengths) != buffer.dimension(i))
                throw mismatch(operand, buffer, ", where " + dimension + " is " + length(dimension, lengths));
        }
        MemorySegment segment = buffer.segment();
        if (!segment.scope().isAlive())
            throw new IllegalStateException(
                    "Buffer " + operand + " of kernel '" + spec + "' is freed: its arena is closed.");
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("Buffer " + operand + " of kernel '" + spec
                    + "' belongs to another thread. Allocate it from a shared arena.");
        }
        if (operand.isWritten() && segment.isReadOnly()) {
            throw new IllegalArgumentException(
                    "Buffer " + operand + " of kernel '" + spec + "' is written by it, and is read-only.");
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

    private void checkAlone(int written, Buffer... buffers) {
        for (int i = 0; i < buffers.length; i++) {
            if (i != written
                    && buffers[i]
                            .segment()
                            .asOverlappingSlice(buffers[written].segment())
                            .isPresent()) {
                throw new IllegalArgumentException("Buffer " + operands.get(written) + " of kernel '" + spec
                        + "' is written by it, and overlaps " + operands.get(i) + ".");
            }
        }
    }

    private IllegalArgumentException mismatch(Operand operand, Buffer buffer, String where) {
        return new IllegalArgumentException(
                "Kernel '" + spec + "' takes " + operand + where + ", and was given " + buffer.describe() + ".");
    }
}
