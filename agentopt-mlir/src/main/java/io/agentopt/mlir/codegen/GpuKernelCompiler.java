package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import java.util.Optional;

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
        String name = spec.toString();
        GpuTarget target = compiler.target();
        Optional<String> own = definition.gpuSource(spec, target.wave());
        String source = own.orElseGet(() -> definition.source(spec));
        String passes = own.isPresent() ? compiler.kernelPipeline() : compiler.rowsPipeline();
        var key = new KernelCache.Key(name, source, passes, target.chip() + target.features());
        byte[] file = cache.get(
                key,
                () -> loadable(own.isPresent() ? compiler.kernel(source, name) : compiler.rows(source, name))
                        .toBytes());
        return GpuCode.ofBytes(file, name);
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
                yield new GpuCode(linker.link(code.image()), code.threads(), code.rowsPerBlock(), code.blocksPerRow());
            }
        };
    }
}
