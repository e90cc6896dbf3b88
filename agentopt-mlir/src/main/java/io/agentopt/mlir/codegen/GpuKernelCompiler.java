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
        KernelCache.Key key = key(definition, spec);
        boolean own = own(definition, spec).isPresent();
        return cache.get(
                key,
                GpuCode.class,
                () -> loadable(
                        own ? compiler.kernel(key.source(), key.name()) : compiler.rows(key.source(), key.name())));
    }

    /** {@return what code is made for} */
    public GpuTarget target() {
        return compiler.target();
    }

    /** {@return where code is kept} */
    public KernelCache cache() {
        return cache;
    }

    /** {@return what the code of a kernel comes from} */
    public KernelCache.Key key(KernelDefinition definition, KernelSpec spec) {
        Optional<String> own = own(definition, spec);
        return new KernelCache.Key(
                spec.toString(),
                own.orElseGet(() -> definition.source(spec)),
                own.isPresent() ? compiler.kernelPipeline() : compiler.rowsPipeline(),
                target().chip() + target().features());
    }

    private Optional<String> own(KernelDefinition definition, KernelSpec spec) {
        return definition.gpuSource(spec, target().wave());
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
                yield code.linked(linker.link(code.image()));
            }
        };
    }
}
