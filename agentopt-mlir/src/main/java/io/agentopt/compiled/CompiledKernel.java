package io.agentopt.compiled;

import java.util.Arrays;
import java.util.Objects;

/**
 * Machine code of one kernel for one target. Plain bytes: nothing here runs or links them.
 *
 * @param kernel which kernel, specialised how, such as {@code cosine{d=384,type=f32}}
 * @param target what it was compiled for
 * @param key content hash of everything that the code was compiled from, so that a cache knows whether it is what it would compile itself
 * @param code the object, or for a GPU what {@link io.agentopt.mlir.codegen.GpuCode#toBytes} gives: how it is launched, then PTX or AMD's object
 */
public record CompiledKernel(String kernel, KernelTarget target, String key, byte[] code) {
    public CompiledKernel {
        Objects.requireNonNull(target, "target");
        if (kernel.isBlank()) throw new IllegalArgumentException("A compiled kernel needs a name; it is blank.");
        if (key.isBlank())
            throw new IllegalArgumentException("The compiled kernel " + kernel + " needs a key; it is blank.");
        code = code.clone();
    }

    @Override
    public byte[] code() {
        return code.clone();
    }

    /** {@return the SHA-256 of the code, in hexadecimal} */
    public String sha256() {
        return Manifest.checksum(code);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CompiledKernel k
                && k.kernel.equals(kernel)
                && k.target.equals(target)
                && k.key.equals(key)
                && Arrays.equals(k.code, code);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kernel, target, key, Arrays.hashCode(code));
    }

    @Override
    public String toString() {
        return kernel + " for " + target + " (" + code.length + " bytes)";
    }
}
