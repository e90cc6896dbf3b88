package io.agentopt.mlir.codegen;

import java.util.Arrays;
import java.util.Optional;

/** An object file for processors, with its seal. {@link LoadedObject} runs it. */
public final class CpuCode implements KernelCode {
    private final CodeSeal seal;
    private final byte[] object;

    private CpuCode(CodeSeal seal, byte[] object) {
        this.seal = seal;
        this.object = object;
    }

    /** Seals what the code generator made; nobody changes the array afterwards. */
    static CpuCode of(String chip, String features, byte[] object) {
        return new CpuCode(new CodeSeal(CpuTarget.TRIPLE, chip, features, Optional.empty()), object);
    }

    static CpuCode of(CodeSeal.Opened opened) {
        return new CpuCode(opened.seal(), opened.code());
    }

    /**
     * {@return the code of a sealed form}
     *
     * @param name what messages call it
     * @throws IllegalArgumentException when it is none, is damaged, is of another format, or is not for processors
     */
    public static CpuCode ofBytes(byte[] file, String name) {
        if (KernelCode.ofBytes(file, name) instanceof CpuCode code) return code;
        throw new IllegalArgumentException(
                "The code '" + name + "' is for a GPU, not for a processor. Read it by GpuCode.");
    }

    @Override
    public String chip() {
        return seal.chip();
    }

    @Override
    public String features() {
        return seal.features();
    }

    /** {@return a copy of the object file, to look at} */
    public byte[] object() {
        return object.clone();
    }

    @Override
    public byte[] toBytes() {
        return seal.before(object);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof CpuCode c && c.seal.equals(seal) && Arrays.equals(c.object, object);
    }

    @Override
    public int hashCode() {
        return 31 * seal.hashCode() + Arrays.hashCode(object);
    }

    @Override
    public String toString() {
        return object.length + " bytes for " + chip();
    }
}
