package io.agentopt.mlir.codegen;

import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import java.util.function.Consumer;

/** The kernels of AgentOpt on this machine's processor. */
public final class CompiledKernels {
    private CompiledKernels() {}

    /** {@return all kernels: compiled in the background, or by their Java references where there is no code generation library, which is logged} */
    public static Kernels open() {
        return open(compiler -> {});
    }

    /**
     * {@return all kernels, as {@link #open()}}
     *
     * @param first is given the compiler before it compiles, to offer its cache what was compiled elsewhere; in the background, and not where there is no
     *     code generation library
     */
    public static Kernels open(Consumer<CpuKernelCompiler> first) {
        return Kernels.compiledBy(
                () -> {
                    CpuKernelCompiler compiler = compiler();
                    first.accept(compiler);
                    return compiler;
                },
                KernelCatalog.all());
    }

    private static CpuKernelCompiler compiler() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason))
            throw new IllegalStateException(reason);
        return new CpuKernelCompiler(new CpuCompiler(CpuTarget.host()), KernelCache.ofUser());
    }
}
