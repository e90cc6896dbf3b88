package io.agentopt.mlir.codegen;

import io.agentopt.kernel.KernelCompiler;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.RowFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compiles kernels, and links them as a process does that has no compiler. */
public final class LinkedInJava implements KernelCompiler {
    private final CpuKernelCompiler compiler =
            new CpuKernelCompiler(new CpuCompiler(CpuTarget.host()), KernelCache.ofUser());
    private final List<ObjectKernels> linked = new ArrayList<>();

    @Override
    public RowFunction compile(KernelDefinition definition, KernelSpec spec) {
        ObjectKernels one = new ObjectKernels(Map.of(spec, compiler.object(definition, spec)));
        linked.add(one);
        return one.compile(definition, spec);
    }

    @Override
    public void close() {
        linked.forEach(ObjectKernels::close);
        compiler.close();
    }
}
