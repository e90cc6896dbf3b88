package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernels.KernelCatalog;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A kernel's PTX for an H200, run by {@link PtxMachine} and held against the kernel's reference. */
final class PtxRun {
    private PtxRun() {}

    /** Runs the kernel on so many blocks, and the reference, and compares what they write: numbers to the tolerance times the larger of one and the number. */
    static void check(KernelSpec spec, int blocks, double tolerance, Buffer... buffers) {
        check(compiled(spec), spec, blocks, tolerance, buffers);
    }

    /** {@return the kernel's code} */
    static GpuCode compiled(KernelSpec spec) {
        return GpuRowsTest.compile(definition(spec), spec, new GpuTarget.Nvidia("sm_90"));
    }

    private static KernelDefinition definition(KernelSpec spec) {
        return KernelCatalog.all().stream()
                .filter(d -> d.name().equals(spec.name()))
                .findFirst()
                .orElseThrow();
    }

    /** As {@link #check(KernelSpec, int, double, Buffer...)}, with code that was compiled before. */
    static void check(GpuCode code, KernelSpec spec, int blocks, double tolerance, Buffer... buffers) {
        KernelDefinition definition = definition(spec);
        definition.checkValues(spec, buffers);
        List<Operand> operands = definition.operands(spec);
        PtxMachine machine =
                new PtxMachine(new String(code.image(), StandardCharsets.ISO_8859_1), code.threads(), 1 << 22);
        long rows = 0;
        List<Long> arguments = new ArrayList<>();
        List<Integer> addresses = new ArrayList<>();
        for (int i = 0; i < buffers.length; i++) {
            Buffer buffer = buffers[i];
            int at = machine.allocate((int) buffer.segment().byteSize(), 16);
            addresses.add(at);
            MemorySegment there = MemorySegment.ofBuffer(machine.memory())
                    .asSlice(at, buffer.segment().byteSize());
            if (operands.get(i).isWritten()) there.fill((byte) 0x7e);
            else there.copyFrom(buffer.segment());
            int dimension = operands.get(i).dimensions().indexOf(definition.rows(spec));
            if (dimension >= 0) rows = buffer.dimension(dimension);
            describe(arguments, at, buffer);
        }
        arguments.addAll(0, List.of(0L, rows));
        machine.run(blocks, arguments.stream().mapToLong(Long::longValue).toArray());
        definition.run(spec, 0, rows, buffers);
        for (int i = 0; i < buffers.length; i++) {
            if (!operands.get(i).isWritten()) continue;
            for (long e = 0; e < buffers[i].elements(); e++) {
                int at = addresses.get(i) + (int) (e * buffers[i].type().bytes());
                boolean isReal = buffers[i].type() == ElementType.F32;
                double actual = isReal ? machine.memory().getFloat(at) : integer(machine.memory(), at, buffers[i]);
                double expected = isReal ? buffers[i].getFloat(e) : buffers[i].getInteger(e);
                assertThat(actual == expected
                                || (isReal && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected))))
                        .as(
                                "%s, element %d of '%s': %s, and the reference has %s",
                                spec, e, operands.get(i).name(), actual, expected)
                        .isTrue();
            }
        }
    }

    private static double integer(ByteBuffer memory, int at, Buffer buffer) {
        return buffer.type() == ElementType.I32 ? memory.getInt(at) : memory.getLong(at);
    }

    /** The descriptor of a memref with the identity layout. */
    private static void describe(List<Long> arguments, long address, Buffer buffer) {
        long[] shape = buffer.shape();
        arguments.addAll(List.of(address, address, 0L));
        for (long size : shape) arguments.add(size);
        for (int d = 0; d < shape.length; d++) {
            long stride = 1;
            for (int inner = d + 1; inner < shape.length; inner++) stride *= shape[inner];
            arguments.add(stride);
        }
    }
}
