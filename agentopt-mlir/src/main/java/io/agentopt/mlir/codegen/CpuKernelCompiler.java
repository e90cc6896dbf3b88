package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelCompiler;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.RowFunction;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compiles kernels for a processor, with a cache, and keeps their code loaded. */
public final class CpuKernelCompiler implements KernelCompiler {
    private static final Logger LOG = LoggerFactory.getLogger(CpuKernelCompiler.class);

    private final CpuCompiler compiler;
    private final KernelCache cache;
    private final List<LoadedObject> loaded = new ArrayList<>();

    public CpuKernelCompiler(CpuCompiler compiler, KernelCache cache) {
        this.compiler = compiler;
        this.cache = cache;
    }

    /** {@return what code is made for} */
    public CpuTarget target() {
        return compiler.target();
    }

    /** {@return where code is kept} */
    public KernelCache cache() {
        return cache;
    }

    /** {@return what the code of a kernel comes from} */
    public KernelCache.Key key(KernelDefinition definition, KernelSpec spec) {
        return new KernelCache.Key(spec.toString(), definition.source(spec), CpuCompiler.PIPELINE, target().toString());
    }

    /**
     * {@return the kernel as an object file, from the cache or compiled}
     *
     * @throws IllegalArgumentException when a parameter is missing, unknown or out of range
     * @throws io.agentopt.mlir.ir.MlirException when the kernel cannot be lowered
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public CpuCode object(KernelDefinition definition, KernelSpec spec) {
        definition.check(spec);
        KernelCache.Key key = key(definition, spec);
        return cache.get(key, CpuCode.class, () -> compiler.object(key.source(), key.name()));
    }

    @Override
    public synchronized RowFunction compile(KernelDefinition definition, KernelSpec spec) {
        LoadedObject code = load(definition, spec);
        loaded.add(code);
        return CpuRowFunction.of(code, definition, spec);
    }

    /** What was offered and does not load is compiled here. */
    private LoadedObject load(KernelDefinition definition, KernelSpec spec) {
        String entry = CpuRowFunction.entryOf(definition);
        try {
            return LoadedObject.load(object(definition, spec), entry);
        } catch (IllegalArgumentException unusable) {
            if (!cache.forgetOffered(key(definition, spec))) throw unusable;
            LOG.warn("The code that was offered for kernel '{}' is compiled again. {}", spec, unusable.getMessage());
            return LoadedObject.load(object(definition, spec), entry);
        }
    }

    @Override
    public synchronized void close() {
        loaded.forEach(LoadedObject::close);
        loaded.clear();
    }
}
