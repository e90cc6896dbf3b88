package io.agentopt.mlir.codegen;

import java.util.Arrays;
import java.util.Optional;

/**
 * Code of a kernel over rows for a GPU, and how it is to be launched, with its seal. Groups of threads take rows in turn, so any number of blocks computes
 * all rows.
 */
public final class GpuCode implements KernelCode {
    private final GpuTarget target;
    private final Launch launch;
    private final byte[] image;

    private GpuCode(GpuTarget target, Launch launch, byte[] image) {
        this.target = target;
        this.launch = launch;
        this.image = image;
    }

    /** Seals what the code generator or the linker made; nobody changes the array afterwards. */
    static GpuCode of(GpuTarget target, Launch launch, byte[] image) {
        return new GpuCode(target, launch, image);
    }

    static GpuCode of(CodeSeal.Opened opened, String name) {
        CodeSeal seal = opened.seal();
        GpuTarget target = GpuTarget.named(seal.triple(), seal.chip())
                .filter(t -> t.features().equals(seal.features()))
                .orElseThrow(() -> new IllegalArgumentException(
                        "The code '" + name + "' is for " + seal.triple() + ", " + seal.chip() + " with '"
                                + seal.features() + "', which this version compiles nothing for. Compile it again."));
        return new GpuCode(target, seal.launch().orElseThrow(), opened.code());
    }

    /**
     * {@return the code of a sealed form}
     *
     * @param name what messages call it
     * @throws IllegalArgumentException when it is none, is damaged, is of another format, or is not for GPUs
     */
    public static GpuCode ofBytes(byte[] file, String name) {
        if (KernelCode.ofBytes(file, name) instanceof GpuCode code) return code;
        throw new IllegalArgumentException(
                "The code '" + name + "' is for a processor, not for a GPU. Read it by CpuCode.");
    }

    /** {@return the GPU that it was compiled for; NVIDIA's later ones run it too} */
    public GpuTarget target() {
        return target;
    }

    @Override
    public String chip() {
        return target.chip();
    }

    @Override
    public String features() {
        return target.features();
    }

    /** {@return a copy of the PTX text or AMD's ELF file, to look at} */
    public byte[] image() {
        return image.clone();
    }

    /** {@return threads of a block, along x} */
    public int threads() {
        return launch.threads();
    }

    /** {@return rows that a block computes at a time} */
    public int rowsPerBlock() {
        return launch.rowsPerBlock();
    }

    /** {@return blocks that compute a row together, as a cluster; 1 unless a block computes one row} */
    public int blocksPerRow() {
        return launch.blocksPerRow();
    }

    /** {@return the blocks that so many rows take} */
    public int blocks(long rows) {
        return launch.blocks(rows);
    }

    /** {@return the same launched in the same way, with the image that a linker made of it} */
    GpuCode linked(byte[] linkedImage) {
        return new GpuCode(target, launch, linkedImage);
    }

    @Override
    public byte[] toBytes() {
        return new CodeSeal(target.triple(), target.chip(), target.features(), Optional.of(launch)).before(image);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof GpuCode c
                && c.target.equals(target)
                && c.launch.equals(launch)
                && Arrays.equals(c.image, image);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * target.hashCode() + launch.hashCode()) + Arrays.hashCode(image);
    }

    @Override
    public String toString() {
        return image.length + " bytes for " + chip();
    }
}
