package io.agentopt.compiled;

import io.agentopt.mlir.codegen.KernelCode;
import java.util.Objects;

/**
 * Machine code of one kernel for one target. Nothing here runs or links it.
 *
 * @param kernel which kernel, specialised how, such as {@code cosine{d=384,type=f32}}
 * @param key content hash of everything that the code was compiled from, so that a cache knows whether it is what it would compile itself
 * @param code under its seal
 */
public record CompiledKernel(String kernel, String key, KernelCode code) {
    public CompiledKernel {
        Objects.requireNonNull(code, "code");
        if (kernel.isBlank()) throw new IllegalArgumentException("A compiled kernel needs a name; it is blank.");
        if (key.isBlank())
            throw new IllegalArgumentException("The compiled kernel " + kernel + " needs a key; it is blank.");
    }

    /** {@return what it was compiled for} */
    public KernelTarget target() {
        return KernelTarget.of(code);
    }

    @Override
    public String toString() {
        return kernel + " for " + target() + " (" + code + ")";
    }
}
