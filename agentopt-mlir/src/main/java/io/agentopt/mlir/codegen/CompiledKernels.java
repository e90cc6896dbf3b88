package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelCompiler;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernels of AgentOpt on this machine's processor. */
public final class CompiledKernels {
    private static final Logger LOG = LoggerFactory.getLogger(CompiledKernels.class);

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
        return open(first, Map::of);
    }

    /**
     * {@return all kernels, as {@link #open(Consumer)}, and where there is no code generation library those of the objects compiled, the rest by their Java
     * references}
     *
     * @param objects which run here, see {@link ObjectKernels}; asked for in the background
     */
    public static Kernels open(Consumer<CpuKernelCompiler> first, Supplier<Map<KernelSpec, CpuCode>> objects) {
        return Kernels.compiledBy(
                () -> {
                    if (Codegen.availability() instanceof Availability.Unavailable(String reason))
                        return linker(objects.get(), reason);
                    CpuKernelCompiler compiler = compiler();
                    first.accept(compiler);
                    return compiler;
                },
                KernelCatalog.all());
    }

    private static KernelCompiler linker(Map<KernelSpec, CpuCode> objects, String reason) {
        if (objects.isEmpty()) throw new IllegalStateException(reason);
        LOG.info("{} kernels run that were compiled before; all others run in plain Java. {}", objects.size(), reason);
        return new ObjectKernels(objects);
    }

    private static CpuKernelCompiler compiler() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason))
            throw new IllegalStateException(reason);
        return new CpuKernelCompiler(new CpuCompiler(CpuTarget.host()), KernelCache.ofUser());
    }
}
