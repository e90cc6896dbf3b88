package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The ways to run a kernel here: by its reference, and compiled where the code generation library is. */
final class KernelRuns {
    private static final Kernels REFERENCES = Kernels.references(KernelCatalog.all());
    private static final Kernels COMPILED = CompiledKernels.open();

    private KernelRuns() {}

    static Stream<Named<Function<KernelSpec, Kernel>>> all() {
        Named<Function<KernelSpec, Kernel>> references = Named.of("reference", REFERENCES::of);
        if (Codegen.availability() instanceof Availability.Unavailable(String reason)) {
            System.out.println("Only the references are tested. " + reason);
            return Stream.of(references);
        }
        return Stream.of(references, Named.of("compiled", COMPILED::compiled));
    }

    static Buffer fill(Arena arena, ElementType type, ToDoubleFunction<Long> value, long... shape) {
        Buffer buffer = Buffer.allocate(arena, type, shape);
        for (long i = 0; i < buffer.elements(); i++) {
            if (type.isFloat()) buffer.setFloat(i, (float) value.applyAsDouble(i));
            else buffer.setInteger(i, (long) value.applyAsDouble(i));
        }
        return buffer;
    }

    /** Normally distributed; of i8 evenly over all values. */
    static Buffer random(Arena arena, Random random, ElementType type, long... shape) {
        return fill(arena, type, i -> type.isFloat() ? random.nextGaussian() : random.nextInt(-128, 128), shape);
    }
}
