package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelCompiler;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.RowFunction;
import io.agentopt.mlir.ffi.KernelEntry;
import java.util.ArrayList;
import java.util.List;

/** Compiles kernels for a processor, with a cache, and keeps their code loaded. */
public final class CpuKernelCompiler implements KernelCompiler {
    private final CpuCompiler compiler;
    private final KernelCache cache;
    private final List<LoadedObject> loaded = new ArrayList<>();

    public CpuKernelCompiler(CpuCompiler compiler, KernelCache cache) {
        this.compiler = compiler;
        this.cache = cache;
    }

    @Override
    public synchronized RowFunction compile(KernelDefinition definition, KernelSpec spec) {
        String source = definition.source(spec);
        String name = spec.toString();
        byte[] object = cache.get(
                new KernelCache.Key(
                        name, source, CpuCompiler.PIPELINE, compiler.target().toString()),
                () -> compiler.object(source, name));
        LoadedObject code = LoadedObject.load(object, "agentopt_" + definition.name() + ".entry");
        loaded.add(code);
        List<Operand> operands = definition.operands(spec);
        int dimensions = operands.stream().mapToInt(Operand::rank).sum();
        return new CpuRowFunction(KernelEntry.of(code.entry(), operands.size()), dimensions);
    }

    @Override
    public synchronized void close() {
        loaded.forEach(LoadedObject::close);
        loaded.clear();
    }
}
