package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import io.agentopt.mlir.codegen.CpuCompiler;
import io.agentopt.mlir.codegen.CpuKernelCompiler;
import io.agentopt.mlir.codegen.CpuTarget;
import io.agentopt.mlir.codegen.KernelCache;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A copy by stores around the cache, line after line, asking for memory 12 KB ahead: what a kernel with such stores could do at best. */
final class StreamingCopy implements KernelDefinition {
    private static final long LINE = 64;
    private static final Kernels KERNELS = Kernels.compiledBy(
            () -> new CpuKernelCompiler(new CpuCompiler(CpuTarget.host()), KernelCache.ofUser()),
            List.of(new StreamingCopy()));
    private static final KernelThreads TWO_THREADS = KernelThreads.of(2);

    /** {@return the copy on one and on two threads, as ceilings} */
    static List<Contender> contenders(MemorySegment from, MemorySegment to) {
        Kernel copy = KERNELS.compiled(KernelSpec.of("streaming_copy"));
        Buffer source = lines(from), target = lines(to);
        return List.of(
                Contender.ceiling("copy around the cache", () -> copy.run(source, target)),
                Contender.ceilingOnTwoThreads("copy around the cache", () -> copy.run(TWO_THREADS, source, target)));
    }

    private static Buffer lines(MemorySegment memory) {
        long lines = memory.byteSize() / LINE;
        return new Buffer(memory.asSlice(0, lines * LINE), I64, lines, LINE / I64.bytes());
    }

    @Override
    public String name() {
        return "streaming_copy";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(Operand.in("from", I64, "lines", "8"), Operand.out("to", I64, "lines", "8"));
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        MemorySegment.copy(
                buffers[0].segment(), begin * LINE, buffers[1].segment(), begin * LINE, (end - begin) * LINE);
    }

    @Override
    public String source(KernelSpec spec) {
        return """
                func.func @agentopt_streaming_copy(%begin: index, %end: index, %from: memref<?x8xi64>, %to: memref<?x8xi64>) {
                  %c0 = arith.constant 0 : index
                  %c1 = arith.constant 1 : index
                  %ahead = arith.constant 192 : index
                  %last = arith.subi %end, %c1 : index
                  scf.for %i = %begin to %end step %c1 {
                    %later = arith.addi %i, %ahead : index
                    %next = arith.minui %later, %last : index
                    memref.prefetch %from[%next, %c0], read, locality<3>, data : memref<?x8xi64>
                    %x = vector.load %from[%i, %c0] : memref<?x8xi64>, vector<8xi64>
                    vector.store %x, %to[%i, %c0] {alignment = 64 : i64, nontemporal = true} : memref<?x8xi64>, vector<8xi64>
                  }
                  llvm.fence seq_cst
                  return
                }
                """;
    }
}
