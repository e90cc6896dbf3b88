package io.agentopt.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Holds a call's buffers against what its kernel takes, before any code runs. */
final class OperandCheck {
    private final KernelSpec spec;
    private final List<Operand> operands;
    private final OperandShapes shapes;

    OperandCheck(KernelDefinition definition, KernelSpec spec) {
        this.spec = spec;
        this.shapes = new OperandShapes(definition, spec);
        this.operands = shapes.operands();
    }

    /**
     * {@return the number of rows}
     *
     * @throws IllegalArgumentException when number, types, shapes, overlap or writability of the buffers do not fit
     * @throws IllegalStateException when a buffer's memory is freed
     * @throws WrongThreadException when a buffer belongs to another thread
     */
    long check(Buffer... buffers) {
        long rows = shapes.rows(Arrays.asList(buffers));
        for (int i = 0; i < buffers.length; i++) checkUsable(operands.get(i), buffers[i]);
        for (int i = 0; i < buffers.length; i++) if (operands.get(i).isWritten()) checkAlone(i, buffers);
        return rows;
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

    private void checkUsable(Operand operand, Buffer buffer) {
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

    private void checkAlone(int written, Buffer... buffers) {
        for (int i = 0; i < buffers.length; i++) {
            if (i != written
                    && buffers[i]
                            .segment()
                            .asOverlappingSlice(buffers[written].segment())
                            .isPresent()) {
                throw shapes.overlap(written, i);
            }
        }
    }
}
