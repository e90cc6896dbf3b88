package io.agentopt.benchmarks.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.KernelThreads;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.codegen.CompiledKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Our kernels as contenders. */
final class Ours {
    private static final Kernels COMPILED = CompiledKernels.open();
    private static final Kernels REFERENCES = Kernels.references(KernelCatalog.all());
    private static final KernelThreads TWO_THREADS = KernelThreads.of(2);

    private Ours() {}

    /**
     * {@return the compiled kernel on one and on two threads, and its reference as the peer in plain Java, for kernels whose reference leaves the work to the
     *     JDK's own copy}
     *
     * @param error of the buffers after a run
     * @throws IllegalStateException when the kernel cannot be compiled here
     */
    static List<Contender> contenders(KernelSpec spec, DoubleSupplier error, Buffer... buffers) {
        Kernel reference = REFERENCES.of(spec);
        List<Contender> all = new ArrayList<>(compiled(spec, error, buffers));
        all.add(Contender.peer("plain Java", () -> reference.run(buffers), error));
        return all;
    }

    /** {@return the compiled kernel alone, for kernels whose reference goes element by element through buffers in double precision; throws as {@link #contenders}} */
    static List<Contender> compiled(KernelSpec spec, DoubleSupplier error, Buffer... buffers) {
        Kernel compiled = COMPILED.compiled(spec);
        return List.of(
                Contender.ours(() -> compiled.run(buffers), error),
                Contender.oursOnTwoThreads(() -> compiled.run(TWO_THREADS, buffers), error));
    }
}
