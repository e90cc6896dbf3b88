package io.agentopt.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.mlir.codegen.LinkedInJava;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import java.util.stream.Stream;

/** The ways in which the kernels run here: every numeric test passes for each. */
final class EveryOrigin {
    static final Origin REFERENCE = new Origin("reference", Kernels.references(KernelCatalog.all()), false);
    static final Origin COMPILED = new Origin("compiled", CompiledKernels.open(), true);

    /** As they run in a process without the code generation library, where a compiled plan brought them. */
    static final Origin LINKED =
            new Origin("linked in Java", Kernels.compiledBy(LinkedInJava::new, KernelCatalog.all()), true);

    /** Kernels of one origin. */
    record Origin(String name, Kernels kernels, boolean compiled) {
        /** {@return the kernel, when its code is that of this origin} */
        Kernel of(KernelSpec spec) {
            Kernel kernel = compiled ? kernels.compiled(spec) : kernels.of(spec);
            assertThat(kernel.origin()).isEqualTo(compiled ? Kernel.Origin.COMPILED : Kernel.Origin.REFERENCE);
            return kernel;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private EveryOrigin() {}

    static Stream<Origin> origins() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason)) {
            System.out.println("Compiled kernels are not tested: " + reason);
            return Stream.of(REFERENCE);
        }
        return Stream.of(REFERENCE, COMPILED, LINKED);
    }
}
