package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;

/** Compiles kernels over rows for a GPU, with a cache. Needs no GPU. */
public final class GpuKernelCompiler {
    private final GpuCompiler compiler;
    private final KernelCache cache;

    public GpuKernelCompiler(GpuCompiler compiler, KernelCache cache) {
        this.compiler = compiler;
        this.cache = cache;
    }

    /**
     * {@return code that a driver of the target loads}
     *
     * @throws IllegalArgumentException when a parameter is missing, unknown or out of range
     * @throws io.agentopt.mlir.ir.MlirException when the kernel cannot be lowered for a GPU; the diagnostics say what stood in the way
     * @throws IllegalStateException when the code generation library is unavailable, or for AMD no linker is found
     */
    public GpuCode code(KernelDefinition definition, KernelSpec spec) {
        definition.check(spec);
        String source = definition.source(spec);
        String name = spec.toString();
        GpuTarget target = compiler.target();
        var key = new KernelCache.Key(name, source, compiler.rowsPipeline(), target.chip() + target.features());
        return GpuCode.ofBytes(
                cache.get(key, () -> loadable(compiler.rows(source, name)).toBytes()), name);
    }

    private GpuCode loadable(GpuCode code) {
        return switch (compiler.target()) {
            case GpuTarget.Nvidia _ -> code;
            case GpuTarget.Amd amd -> {
                CodeObjectLinker linker = CodeObjectLinker.find()
                        .orElseThrow(
                                () -> new IllegalStateException(
                                        "Code for " + amd.chip()
                                                + " is linked by ld.lld, which was found neither in ROCm (ROCM_PATH, /opt/rocm) nor in PATH."));
                yield new GpuCode(
                        linker.link(code.image()), code.threads(), code.rowsPerBlock(), code.blocksPerRow());
            }
        };
    }
}
