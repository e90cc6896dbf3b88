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
    /** The lengths of all dimensions of all buffers, in Java and as the code reads them. */
    private record Lengths(long[] values, MemorySegment memory) {}

    private final KernelEntry entry;
    private final int dimensions;

    /** Of the last call: most have the shapes of the one before, and memory costs as much as little work does. Nobody writes to it, so threads may share it. */
    private volatile Lengths last = new Lengths(new long[0], MemorySegment.NULL);

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
        for (int i = 0; i < buffers.length; i++) segments[i] = buffers[i].segment();
        entry.call(begin, end, lengths(buffers), segments);
    }

    private MemorySegment lengths(Buffer... buffers) {
        Lengths known = last;
        if (known.values().length == dimensions && same(known.values(), buffers)) return known.memory();
        long[] values = new long[dimensions];
        int at = 0;
        for (Buffer buffer : buffers) for (int d = 0; d < buffer.rank(); d++) values[at++] = buffer.dimension(d);
        Lengths now = new Lengths(values, Arena.ofAuto().allocateFrom(JAVA_LONG, values));
        last = now;
        return now.memory();
    }

    private static boolean same(long[] values, Buffer... buffers) {
        int at = 0;
        for (Buffer buffer : buffers)
            for (int d = 0; d < buffer.rank(); d++) if (values[at++] != buffer.dimension(d)) return false;
        return true;
    }
}
