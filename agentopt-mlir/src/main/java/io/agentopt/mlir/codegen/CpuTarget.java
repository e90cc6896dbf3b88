package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen;

/**
 * A processor to compile for.
 *
 * @param chip LLVM's name for it, as {@code sapphirerapids} or {@code x86-64-v3}
 * @param features what it has beyond its name or lacks, as {@code +avx2,-avx512f}; may be empty
 * @param vectorBits the width of vectors that loops are to use
 */
public record CpuTarget(String chip, String features, int vectorBits) {
    /** {@return this machine's processor, with its widest vectors} */
    public static CpuTarget host() {
        String features = Codegen.hostFeatures();
        return new CpuTarget(Codegen.hostChip(), features, widest(features));
    }

    private static int widest(String features) {
        String all = "," + features + ",";
        return all.contains(",+avx512f,") ? 512 : all.contains(",+avx,") ? 256 : 128;
    }

    @Override
    public String toString() {
        return chip + "/" + vectorBits + "/" + features;
    }
}
