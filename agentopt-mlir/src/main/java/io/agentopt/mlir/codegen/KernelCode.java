package io.agentopt.mlir.codegen;

/**
 * Machine code of a kernel with its seal: what it was made for, and a checksum of all of it. What compilers give, what caches and compiled plans keep and
 * what loaders take; nothing else makes one, so no loader sees bytes that were changed on the way. Immutable.
 *
 * <p>A checksum finds accidents. Who means harm can compute one: take code from where you would take a program.
 */
public sealed interface KernelCode permits CpuCode, GpuCode {
    /** {@return LLVM's name of the chip that it was made for} */
    String chip();

    /** {@return the features that the chip must have for it, as {@code +avx2,+fma}; sorted, may be empty} */
    String features();

    /** {@return the sealed form: lines of text, which are comments in PTX, and the code behind them} */
    byte[] toBytes();

    /**
     * {@return the code of a sealed form}
     *
     * @param name what messages call it
     * @throws IllegalArgumentException when it is none, is damaged, or is of another format
     */
    static KernelCode ofBytes(byte[] file, String name) {
        CodeSeal.Opened opened = CodeSeal.open(file, name);
        return switch (opened.seal().triple()) {
            case CpuTarget.TRIPLE -> CpuCode.of(opened);
            default -> GpuCode.of(opened, name);
        };
    }
}
