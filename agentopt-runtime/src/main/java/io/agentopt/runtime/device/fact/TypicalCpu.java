package io.agentopt.runtime.device.fact;

import java.util.List;

/**
 * What processors of a class usually reach, to stand in where a measurement met others' load, and to doubt one that is far below it.
 * Low rather than high:
 *
 * <pre>
 * read     min(cores * 12 GB/s (server) or 18 GB/s, .75 * channels * transfers/s * 8 B)
 * FP32     .6 * cores * clock * lanes * 2 FMA units * 2 operations, in a matrix product
 * INT8     4 * that with AMX, 3 with dot products of bytes (VNNI, i8mm), 1.5 without
 * </pre>
 *
 * Channels and transfers are those that makers name for a socket of the oldest generation with these instruction sets; a core alone reads
 * about as many lines at a time as it may wait for.
 *
 * @param readBytesPerSecond from memory, bytes/s
 * @param fp32Flops in a matrix product, FLOP/s
 * @param int8Flops the same of 8-bit integers, operations/s
 */
public record TypicalCpu(double readBytesPerSecond, double fp32Flops, double int8Flops) {
    /** The clock of a processor that tells none, 1/s. */
    public static final double ASSUMED_CLOCK = 3.5e9;

    private static final double SERVER_CORE = 12e9, OTHER_CORE = 18e9; // bytes/s
    private static final double SUSTAINED = 0.75, PRODUCT = 0.6;
    private static final double AMX = 4, DOTS = 3, BYTES = 1.5; // of the FP32 rate
    private static final double OPERATIONS_PER_LANE = 4;
    private static final int BYTES_A_TRANSFER = 8;
    private static final double FAR_BELOW = 0.5;

    /** Memory of a class of processors: the first row whose name and instruction set fit counts. */
    private record Row(String name, String isa, boolean server, int channels, double transfersPerSecond) {}

    private static final List<Row> ROWS = List.of(
            new Row("EPYC", "avx512_bf16", true, 12, 4.8e9),
            new Row("EPYC", "", true, 8, 2.666e9),
            new Row("Xeon", "avx512_bf16", true, 8, 4.8e9),
            new Row("Xeon", "avx512_vnni", true, 6, 2.933e9),
            new Row("Xeon", "avx512f", true, 6, 2.666e9),
            new Row("Xeon", "", true, 4, 2.133e9),
            new Row("", "i8mm", true, 8, 4.8e9),
            new Row("", "asimddp", true, 8, 3.2e9),
            new Row("", "avx_vnni", false, 2, 4.8e9),
            new Row("", "", false, 2, 2.4e9));

    /** {@return what processors of this one's class usually reach} */
    public static TypicalCpu of(CpuFacts cpu) {
        Row row = ROWS.stream()
                .filter(r -> cpu.model().contains(r.name)
                        && (r.isa.isEmpty() || cpu.isa().contains(r.isa)))
                .findFirst()
                .orElseThrow();
        double core = row.server ? SERVER_CORE : OTHER_CORE;
        double fp32 = PRODUCT * peakFp32(cpu);
        return new TypicalCpu(
                Math.min(cpu.cores() * core, SUSTAINED * row.channels * row.transfersPerSecond * BYTES_A_TRANSFER),
                fp32,
                fp32 * bytes(cpu.isa()));
    }

    private static double bytes(List<String> isa) {
        if (isa.contains("amx_int8")) return AMX;
        return isa.contains("avx512_vnni") || isa.contains("avx_vnni") || isa.contains("i8mm") ? DOTS : BYTES;
    }

    /** {@return the highest clock, 1/s, assumed where nobody tells it} */
    public static double clock(CpuFacts cpu) {
        return Math.max(cpu.maxHertz().orElse(ASSUMED_CLOCK), cpu.nominalHertz().orElse(0));
    }

    /** {@return what cores, clock and instruction set can do at most in FP32, FLOP/s} */
    public static double peakFp32(CpuFacts cpu) {
        return cpu.cores() * clock(cpu) * cpu.lanes() * OPERATIONS_PER_LANE;
    }

    /** {@return whether a reading has a rate of less than half of what is usual} */
    boolean doubts(CpuReading reading) {
        return reading.readBytesPerSecond() < FAR_BELOW * readBytesPerSecond
                || reading.fp32Flops().orElse(fp32Flops) < FAR_BELOW * fp32Flops
                || reading.int8Flops().orElse(int8Flops) < FAR_BELOW * int8Flops;
    }
}
