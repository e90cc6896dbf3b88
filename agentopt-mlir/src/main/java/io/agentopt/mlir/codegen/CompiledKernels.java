package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelCompiler;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;

/** The kernels of AgentOpt on this machine's processor. */
public final class CompiledKernels {
    private CompiledKernels() {}

    /** {@return all kernels: compiled in the background, or by their Java references where there is no code generation library, which is logged} */
    public static Kernels open() {
        return Kernels.compiledBy(CompiledKernels::compiler, KernelCatalog.all());
    }

    private static KernelCompiler compiler() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason))
            throw new IllegalStateException(reason);
        return new CpuKernelCompiler(new CpuCompiler(CpuTarget.host()), KernelCache.ofUser());
    }
}
