package io.agentopt.kernels;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The k best on a GPU, where the lanes of a warp hold them, sorted: what the MLIR of {@code top_k_gpu} and {@code cosine_top_k_gpu} says for a width of
 * warps. Sharing out the rows of the processors' MLIR would leave a row to a single thread, because selection carries state from score to score.
 */
final class GpuSelection {
    /** Scores that a lane reads at a time. */
    private static final int VECTOR = 4;

    /** Loads of a lane before any score is compared: on an H200, 8 read more in a second than 4. */
    private static final int VECTORS = 8;

    private GpuSelection() {}

    /**
     * {@return the kernel's MLIR for GPUs; empty when k is more than the lanes of a warp}
     *
     * @param threads of a block, a multiple of {@code wave}
     * @param more values that the kernel's own part of the text asks for
     */
    static Optional<String> source(
            KernelDefinition definition, KernelSpec spec, int wave, int threads, Map<String, String> more) {
        if (spec.integer("k") > wave) return Optional.empty();
        Map<String, String> values = new TreeMap<>(more);
        values.putAll(wave == 32 ? ofWarps() : ofWavefronts());
        values.put("k", spec.value("k"));
        values.put("last", Long.toString(spec.integer("k") - 1));
        values.put("wave", Integer.toString(wave));
        values.put("threads", Integer.toString(threads));
        values.put("warps", Integer.toString(threads / wave));
        int held = VECTORS * VECTOR, chunk = wave * held;
        values.put("held", Integer.toString(held));
        values.put("chunk", Integer.toString(chunk));
        values.put("stride", Integer.toString(chunk * (threads / wave)));
        values.put("offsets", offsets(held, wave));
        values.put("load_whole", load(held, wave, true));
        values.put("load_part", load(held, wave, false));
        values.put("offer", definition.expand("gpu_offer.mlir", spec, values).stripTrailing());
        return Optional.of(definition.expand(definition.name() + "_gpu.mlir", spec, values));
    }

    /** {@return MLIR that makes {@code %NAME_sum} of all lanes' {@code %NAME_part}} */
    static String sumAcrossLanes(String name, String type, String add, int wave) {
        StringBuilder text = new StringBuilder();
        String sum = "%" + name + "_part";
        for (int distance = wave / 2; distance > 0; distance /= 2) {
            String d = "%" + name + "_d" + distance, other = "%" + name + "_o" + distance;
            String next = distance == 1 ? "%" + name + "_sum" : "%" + name + "_s" + distance;
            text.append(d + " = arith.constant " + distance + " : i32\n");
            text.append(other + ", %" + name + "_k" + distance + " = gpu.shuffle xor " + sum + ", " + d + ", %width : "
                    + type + "\n");
            text.append(next + " = " + add + " " + sum + ", " + other + " : " + type + "\n");
            sum = next;
        }
        return text.toString();
    }

    /** {@return where a lane's scores are, counted from its first} */
    private static String offsets(int held, int wave) {
        return IntStream.range(0, held)
                .mapToObj(e -> Integer.toString(e / VECTOR * VECTOR * wave + e % VECTOR))
                .collect(Collectors.joining(", "));
    }

    /** {@return MLIR that makes {@code %loaded} of the scores from {@code %start} on; of {@code whole} chunks by vectors, else one by one} */
    private static String load(int held, int wave, boolean whole) {
        StringBuilder text = new StringBuilder();
        String so_far = "%all_low";
        for (int v = 0; v < held / VECTOR; v++) {
            for (int e = 0; e < (whole ? 1 : VECTOR); e++) {
                int n = v * VECTOR + e;
                text.append("%skip" + n + " = arith.constant " + (v * VECTOR * wave + e) + " : index\n");
                text.append("%place" + n + " = arith.addi %start, %skip" + n + " : index\n");
                if (whole) {
                    text.append("%part" + n + " = vector.load %scores[%r, %place" + n
                            + "] {alignment = 16 : i64} : !scores, vector<4xf32>\n");
                    text.append("%held" + n + " = vector.insert_strided_slice %part" + n + ", " + so_far
                            + " {offsets = [" + n + "], strides = [1]} : vector<4xf32> into !held\n");
                } else {
                    text.append("%inside" + n + " = arith.cmpi ult, %place" + n + ", %n : index\n");
                    text.append("%part" + n + " = scf.if %inside" + n + " -> f32 {\n");
                    text.append("  %score = memref.load %scores[%r, %place" + n
                            + "] : !scores\n  scf.yield %score : f32\n} else {\n  scf.yield %lowest : f32\n}\n");
                    text.append("%held" + n + " = vector.insert %part" + n + ", " + so_far + " [" + n
                            + "] : f32 into !held\n");
                }
                so_far = "%held" + n;
            }
        }
        return text.toString().replace(so_far, "%loaded").stripTrailing();
    }

    private static Map<String, String> ofWarps() {
        return Map.of(
                "mask",
                "i32",
                "everybody",
                "%everybody = arith.constant -1 : i32",
                "mask_to_i32",
                "arith.addi %first, %zero_i32 : i32",
                "ballot_looks",
                warpBallot("looking", "looks"),
                "ballot_offers",
                warpBallot("offering", "offers"),
                "ballot_belongs",
                warpBallot("waiting", "belongs"),
                "ballot_rest",
                warpBallot("rest", "n_p"));
    }

    private static Map<String, String> ofWavefronts() {
        return Map.of(
                "mask",
                "i64",
                "everybody",
                "",
                "mask_to_i32",
                "arith.trunci %first : i64 to i32",
                "ballot_looks",
                wavefrontBallot("looking", "looks"),
                "ballot_offers",
                wavefrontBallot("offering", "offers"),
                "ballot_belongs",
                wavefrontBallot("waiting", "belongs"),
                "ballot_rest",
                wavefrontBallot("rest", "n_p"));
    }

    /** {@return MLIR that makes {@code %MASK} of all lanes' {@code %BIT}} */
    static String ballot(String mask, String bit, int wave) {
        return wave == 32 ? warpBallot(mask, bit) : wavefrontBallot(mask, bit);
    }

    private static String warpBallot(String mask, String bit) {
        return "%" + mask + " = llvm.call_intrinsic \"llvm.nvvm.vote.ballot.sync\"(%everybody, %" + bit
                + ") : (i32, i1) -> i32";
    }

    private static String wavefrontBallot(String mask, String bit) {
        return "%" + mask + " = llvm.call_intrinsic \"llvm.amdgcn.ballot.i64\"(%" + bit + ") : (i1) -> i64";
    }
}
