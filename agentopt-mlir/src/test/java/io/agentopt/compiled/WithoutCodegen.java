package io.agentopt.compiled;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** What a process without the code generation library makes of a plan that has kernels. */
final class WithoutCodegen {
    private WithoutCodegen() {}

    public static void main(String[] args) {
        CompiledPlan plan = CompiledPlan.load(Path.of(args[0]));
        KernelSpec spec = KernelSpec.of("softmax").with("columns", 2);
        try (Kernels kernels = plan.openKernels();
                Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 3; i++) {
                Kernel kernel = kernels.of(spec.with("columns", 2 + i));
                try {
                    kernels.compiled(spec.with("columns", 2 + i));
                } catch (IllegalStateException none) {
                    // stays with its reference
                }
                System.out.println(kernel.origin());
            }
            Buffer out = Buffer.allocate(arena, ElementType.F32, 1, 2);
            kernels.of(spec).run(Buffer.allocate(arena, ElementType.F32, 1, 2), out);
            System.out.println(out.getFloat(0) + " of " + plan.kernels().size());
        }
    }
}
