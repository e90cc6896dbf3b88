package io.agentopt.mlir.codegen;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.RowFunction;
import io.agentopt.mlir.ffi.KernelEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A kernel's machine code. */
final class CpuRowFunction implements RowFunction {
    private final KernelEntry entry;
    private final int dimensions;

    /** @param dimensions of all buffers together */
    CpuRowFunction(KernelEntry entry, int dimensions) {
        this.entry = entry;
        this.dimensions = dimensions;
    }

    @Override
    public void run(long begin, long end, Buffer... buffers) {
        MemorySegment[] segments = new MemorySegment[buffers.length];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lengths = arena.allocate(JAVA_LONG, dimensions);
            int at = 0;
            for (int i = 0; i < buffers.length; i++) {
                segments[i] = buffers[i].segment();
                for (int d = 0; d < buffers[i].rank(); d++)
                    lengths.setAtIndex(JAVA_LONG, at++, buffers[i].dimension(d));
            }
            entry.call(begin, end, lengths, segments);
        }
    }
}
