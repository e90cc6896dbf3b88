package io.agentopt.mlir.codegen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What this machine's processor has, as Linux says it, where LLVM is not there to ask.
 *
 * @param flags Linux's names
 */
record ProcessorFeatures(Set<String> flags) {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** LLVM's names that are not Linux's with other punctuation. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("64bit", "lm"),
            Map.entry("x87", "fpu"),
            Map.entry("sse3", "pni"),
            Map.entry("crc32", "sse4_2"),
            Map.entry("sahf", "lahf_lm"),
            Map.entry("lzcnt", "abm"),
            Map.entry("bmi", "bmi1"),
            Map.entry("prfchw", "3dnowprefetch"),
            Map.entry("evex512", "avx512f"),
            Map.entry("avxvnni", "avx_vnni"),
            Map.entry("avx512bf16", "avx512_bf16"),
            Map.entry("avx512fp16", "avx512_fp16"),
            Map.entry("avx512vnni", "avx512_vnni"),
            Map.entry("avx512vbmi2", "avx512_vbmi2"),
            Map.entry("avx512bitalg", "avx512_bitalg"),
            Map.entry("avx512vpopcntdq", "avx512_vpopcntdq"),
            Map.entry("avx512vp2intersect", "avx512_vp2intersect"));

    /** Instructions that a compiler puts in only where a program names them, which kernels do not: whether they are there does not matter. */
    private static final Set<String> NAMED_ONLY = Set.of(
            "aes",
            "amx-bf16",
            "amx-fp16",
            "amx-int8",
            "amx-tile",
            "cldemote",
            "clflushopt",
            "clwb",
            "clzero",
            "enqcmd",
            "fsgsbase",
            "fxsr",
            "gfni",
            "hreset",
            "invpcid",
            "kl",
            "movdir64b",
            "movdiri",
            "mwaitx",
            "pclmul",
            "pconfig",
            "pku",
            "prefetchi",
            "ptwrite",
            "rdpid",
            "rdpru",
            "rdrnd",
            "rdseed",
            "rtm",
            "serialize",
            "sgx",
            "sha",
            "shstk",
            "tsxldtrk",
            "uintr",
            "usermsr",
            "vaes",
            "vpclmulqdq",
            "waitpkg",
            "wbnoinvd",
            "widekl",
            "xsave",
            "xsavec",
            "xsaveopt",
            "xsaves");

    ProcessorFeatures {
        flags = Set.copyOf(flags);
    }

    /** {@return those of this machine; none where the system does not say} */
    static ProcessorFeatures here() {
        try (Stream<String> lines = Files.lines(CPUINFO)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(ProcessorFeatures::ofLine)
                    .orElse(new ProcessorFeatures(Set.of()));
        } catch (IOException e) {
            return new ProcessorFeatures(Set.of());
        }
    }

    private static ProcessorFeatures ofLine(String line) {
        return new ProcessorFeatures(
                Set.of(line.substring(line.indexOf(':') + 1).strip().split(" +", -1)));
    }

    /** {@return those of the features that code needs, as {@code +avx2,+fma}, which are not known to be here} */
    List<String> lacks(String needed) {
        return Arrays.stream(needed.split(",", -1))
                .map(String::strip)
                .filter(feature -> feature.startsWith("+"))
                .map(feature -> feature.substring(1))
                .filter(feature -> !NAMED_ONLY.contains(feature))
                .filter(feature -> !flags.contains(
                        NAMES.getOrDefault(feature, feature.replace('.', '_').replace('-', '_'))))
                .sorted()
                .toList();
    }
}
