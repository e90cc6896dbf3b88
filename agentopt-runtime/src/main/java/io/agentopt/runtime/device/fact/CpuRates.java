package io.agentopt.runtime.device.fact;

import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * How fast this processor was measured to be, all usable processors together. Measuring takes some 300 ms and is kept on disk for
 * the model, its microcode, the system, the processors in use and the version of ONNX Runtime. What was measured while others kept
 * the machine busy counts for an hour; measured again, a rate is the higher of the two, since neighbours only slow one down.
 *
 * @param readBytesPerSecond read from memory, bytes/s
 * @param fp32Flops matrix product of FP32 in ONNX Runtime, FLOP/s; absent where that does not run
 * @param int8Flops the same of 8-bit integers, operations/s
 * @param busy whether others kept the machine busy meanwhile
 * @param measured when
 */
public record CpuRates(
        double readBytesPerSecond, OptionalDouble fp32Flops, OptionalDouble int8Flops, boolean busy, Instant measured) {
    private static final String READ = "readBytesPerSecond", FP32 = "fp32Flops", INT8 = "int8Flops";
    private static final String BUSY = "busy", MEASURED = "measured";
    private static final Duration BUSY_COUNTS = Duration.ofHours(1);
    private static final double BUSY_LOAD = 0.5; // runnable threads per processor, averaged over a minute

    /** {@return rates of this machine: those that are kept, otherwise measured now} */
    public static CpuRates of(CpuFacts cpu) {
        return of(cpu, new KeptAnswers(UserCache.folder().resolve("rates")), Clock.systemUTC(), () -> measure(cpu));
    }

    static CpuRates of(CpuFacts cpu, KeptAnswers kept, Clock clock, Supplier<CpuRates> measure) {
        String key = key(cpu);
        Optional<CpuRates> known = kept.read(key).flatMap(CpuRates::from);
        if (known.isPresent() && known.get().counts(clock.instant())) return known.get();
        CpuRates rates = known.map(k -> k.orFaster(measure.get())).orElseGet(measure);
        kept.write(key, rates.answer());
        return rates;
    }

    private boolean counts(Instant now) {
        return !busy || (!now.isBefore(measured) && now.isBefore(measured.plus(BUSY_COUNTS)));
    }

    private CpuRates orFaster(CpuRates again) {
        return new CpuRates(
                Math.max(readBytesPerSecond, again.readBytesPerSecond),
                faster(fp32Flops, again.fp32Flops),
                faster(int8Flops, again.int8Flops),
                again.busy,
                again.measured);
    }

    private static OptionalDouble faster(OptionalDouble a, OptionalDouble b) {
        return a.isEmpty() || b.isEmpty() ? b : OptionalDouble.of(Math.max(a.getAsDouble(), b.getAsDouble()));
    }

    /** Measures now. */
    static CpuRates measure(CpuFacts cpu) {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return new CpuRates(
                ReadBandwidth.bytesPerSecond(cpu.usable(), cpu.largestCacheBytes()),
                MatrixRate.fp32(cpu.usable()),
                MatrixRate.int8(cpu.usable()),
                load > BUSY_LOAD * cpu.logical(),
                Instant.now());
    }

    private static String key(CpuFacts cpu) {
        return String.join(
                "\n", "rates 1", cpu.identity(), OrtEnvironment.identity().orElse("unknown"));
    }

    private Map<String, String> answer() {
        Map<String, String> answer = new HashMap<>();
        answer.put(READ, Double.toString(readBytesPerSecond));
        fp32Flops.ifPresent(f -> answer.put(FP32, Double.toString(f)));
        int8Flops.ifPresent(f -> answer.put(INT8, Double.toString(f)));
        answer.put(BUSY, Boolean.toString(busy));
        answer.put(MEASURED, measured.toString());
        return answer;
    }

    /** {@return rates as they were kept; empty where a number is none or no rate} */
    private static Optional<CpuRates> from(Map<String, String> answer) {
        Optional<Double> read = KeptAnswers.positive(answer, READ);
        boolean whole = read.isPresent()
                && answer.getOrDefault(BUSY, "").matches("true|false")
                && rate(answer, FP32)
                && rate(answer, INT8);
        if (!whole) return Optional.empty();
        try {
            return Optional.of(new CpuRates(
                    read.get(),
                    optional(answer, FP32),
                    optional(answer, INT8),
                    answer.getOrDefault(BUSY, "").equals("true"),
                    Instant.parse(answer.getOrDefault(MEASURED, ""))));
        } catch (DateTimeParseException noTime) {
            return Optional.empty();
        }
    }

    private static boolean rate(Map<String, String> answer, String name) {
        return !answer.containsKey(name) || KeptAnswers.positive(answer, name).isPresent();
    }

    private static OptionalDouble optional(Map<String, String> answer, String name) {
        return KeptAnswers.positive(answer, name).map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }
}
