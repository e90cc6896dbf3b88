package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen;
import java.util.List;
import java.util.stream.Stream;

/**
 * A processor to compile for.
 *
 * @param chip LLVM's name for it, as {@code sapphirerapids} or {@code x86-64-v3}
 * @param features what it has beyond its name or lacks, as {@code +avx2,-avx512f}; may be empty
 * @param vectorBits the width of vectors that loops are to use
 */
public record CpuTarget(String chip, String features, int vectorBits) {
    static final String TRIPLE = "x86_64-unknown-linux-gnu";

    /** {@return this machine's processor, with its widest vectors} */
    public static CpuTarget host() {
        String features = Codegen.hostFeatures();
        return new CpuTarget(Codegen.hostChip(), features, widest(features));
    }

    /**
     * {@return the features that code for this processor may use, as {@code +avx2,+fma}, sorted} Those that its name implies are among them; the few that every
     * x86-64 processor has, and that none can be asked for, are not.
     *
     * @throws IllegalArgumentException when LLVM has no processor of this name
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public String needs() {
        return Codegen.features(TRIPLE, chip, features)
                .orElseThrow(() -> new IllegalArgumentException("'" + chip + "' is no processor of " + TRIPLE
                        + ". Take LLVM's name for it, as x86-64-v3 or skylake."));
    }

    /** {@return those of the features that are needed, as {@code +avx2,+fma}, which this processor does not have; throws as {@link #needs}} */
    public List<String> lacks(String needed) {
        List<String> has = named(needs());
        return named(needed).stream().filter(feature -> !has.contains(feature)).toList();
    }

    private static List<String> named(String features) {
        return Stream.of(features.split(",", -1))
                .map(String::strip)
                .filter(f -> f.startsWith("+"))
                .map(f -> f.substring(1))
                .sorted()
                .toList();
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
