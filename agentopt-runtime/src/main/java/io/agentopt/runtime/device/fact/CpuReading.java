package io.agentopt.runtime.device.fact;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One measurement of this processor, all usable processors together: of several short ones in a row the best.
 *
 * @param readBytesPerSecond read from memory, bytes/s
 * @param fp32Flops matrix product of FP32 in ONNX Runtime, FLOP/s; absent where that does not run
 * @param int8Flops the same of 8-bit integers, operations/s
 * @param load of the machine meanwhile
 * @param taken when
 */
public record CpuReading(
        double readBytesPerSecond,
        OptionalDouble fp32Flops,
        OptionalDouble int8Flops,
        MachineLoad load,
        Instant taken) {
    private static final String READ = "readBytesPerSecond", FP32 = "fp32Flops", INT8 = "int8Flops", TAKEN = "taken";
    private static final String THREADS = "load.threads", WAITING = "load.waiting", OTHERS = "load.taken";

    /** {@return a reading of now, after some 300 ms} */
    static CpuReading measure(CpuFacts cpu) {
        MachineLoad.Watch watch = new MachineLoad.Watch();
        double read = ReadBandwidth.bytesPerSecond(cpu.usable(), cpu.largestCacheBytes());
        OptionalDouble fp32 = MatrixRate.fp32(cpu.usable()), int8 = MatrixRate.int8(cpu.usable());
        return new CpuReading(read, fp32, int8, watch.end(), Instant.ofEpochMilli(System.currentTimeMillis()));
    }

    /** Adds this to an answer, each name behind a prefix. */
    void put(String prefix, Map<String, String> answer) {
        answer.put(prefix + READ, Double.toString(readBytesPerSecond));
        answer.put(prefix + TAKEN, Long.toString(taken.toEpochMilli()));
        put(answer, prefix + FP32, fp32Flops);
        put(answer, prefix + INT8, int8Flops);
        put(answer, prefix + THREADS, load.threadsPerProcessor());
        put(answer, prefix + WAITING, load.waiting());
        put(answer, prefix + OTHERS, load.taken());
    }

    private static void put(Map<String, String> answer, String name, OptionalDouble value) {
        value.ifPresent(v -> answer.put(name, Double.toString(v)));
    }

    /** {@return a reading as it was kept; empty where a number is none or no rate} */
    static Optional<CpuReading> from(Map<String, String> answer, String prefix) {
        Optional<Double> read = KeptAnswers.positive(answer, prefix + READ);
        if (read.isEmpty() || !isRate(answer, prefix + FP32) || !isRate(answer, prefix + INT8)) return Optional.empty();
        try {
            return Optional.of(new CpuReading(
                    read.get(),
                    rate(answer, prefix + FP32),
                    rate(answer, prefix + INT8),
                    new MachineLoad(
                            share(answer, prefix + THREADS),
                            share(answer, prefix + WAITING),
                            share(answer, prefix + OTHERS)),
                    Instant.ofEpochMilli(Long.parseLong(answer.getOrDefault(prefix + TAKEN, "")))));
        } catch (NumberFormatException unread) {
            return Optional.empty();
        }
    }

    private static boolean isRate(Map<String, String> answer, String name) {
        return !answer.containsKey(name) || KeptAnswers.positive(answer, name).isPresent();
    }

    private static OptionalDouble rate(Map<String, String> answer, String name) {
        Optional<Double> rate = KeptAnswers.positive(answer, name);
        return rate.isPresent() ? OptionalDouble.of(rate.get()) : OptionalDouble.empty();
    }

    private static OptionalDouble share(Map<String, String> answer, String name) {
        String text = answer.get(name);
        return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    }
}
