package io.agentopt.mlir.codegen;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.RowFunction;
import io.agentopt.mlir.ffi.KernelEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A kernel's machine code. */
final class CpuRowFunction implements RowFunction {
    private final KernelEntry entry;
    private final int dimensions;

    /** @param dimensions of all buffers together */
    CpuRowFunction(KernelEntry entry, int dimensions) {
        this.entry = entry;
        this.dimensions = dimensions;
    }

    /** {@return the function of an object that a kernel is} */
    static String entryOf(KernelDefinition definition) {
        return "agentopt_" + definition.name() + ".entry";
    }

    static CpuRowFunction of(LoadedObject code, KernelDefinition definition, KernelSpec spec) {
        List<Operand> operands = definition.operands(spec);
        int dimensions = operands.stream().mapToInt(Operand::rank).sum();
        return new CpuRowFunction(KernelEntry.of(code.entry(), operands.size()), dimensions);
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
