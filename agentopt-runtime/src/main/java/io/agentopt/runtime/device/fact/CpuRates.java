package io.agentopt.runtime.device.fact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
        double readBytesPerSecond,
        OptionalDouble fp32Flops,
        OptionalDouble int8Flops,
        boolean busy,
        Instant measured) {
    private static final Duration BUSY_COUNTS = Duration.ofHours(1);
    private static final double BUSY_LOAD = 0.5; // runnable threads per processor, averaged over a minute

    /** {@return rates of this machine: those that are kept, otherwise measured now} */
    public static CpuRates of(CpuFacts cpu) {
        return of(cpu, new KeptJson(UserCache.folder().resolve("rates")), Clock.systemUTC(), () -> measure(cpu));
    }

    static CpuRates of(CpuFacts cpu, KeptJson kept, Clock clock, Supplier<CpuRates> measure) {
        String key = key(cpu);
        Optional<CpuRates> known = kept.read(key).flatMap(CpuRates::from);
        if (known.isPresent() && known.get().counts(clock.instant())) return known.get();
        CpuRates rates = known.map(k -> k.orFaster(measure.get())).orElseGet(measure);
        kept.write(key, rates.json());
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
        String runtime;
        try {
            runtime = OrtEnvironment.get().version();
        } catch (OrtException absent) {
            runtime = "none";
        }
        return String.join(
                "\n",
                "rates 1",
                cpu.model(),
                cpu.build(),
                cpu.logical() + " " + cpu.physical() + " " + cpu.usable(),
                String.join(" ", cpu.isa()),
                runtime);
    }

    private ObjectNode json() {
        ObjectNode json = KeptJson.answer().put("readBytesPerSecond", readBytesPerSecond);
        fp32Flops.ifPresent(f -> json.put("fp32Flops", f));
        int8Flops.ifPresent(f -> json.put("int8Flops", f));
        return json.put("busy", busy).put("measured", measured.toEpochMilli());
    }

    /** {@return rates as they were kept; empty where a number is none or no rate} */
    private static Optional<CpuRates> from(JsonNode json) {
        double read = json.path("readBytesPerSecond").asDouble();
        if (!(read > 0 && Double.isFinite(read))
                || !json.path("busy").isBoolean()
                || !json.path("measured").canConvertToLong()
                || !rate(json, "fp32Flops")
                || !rate(json, "int8Flops")) return Optional.empty();
        return Optional.of(new CpuRates(
                read,
                optional(json, "fp32Flops"),
                optional(json, "int8Flops"),
                json.path("busy").asBoolean(),
                Instant.ofEpochMilli(json.path("measured").asLong())));
    }

    private static boolean rate(JsonNode json, String name) {
        double value = json.path(name).asDouble();
        return !json.has(name) || (value > 0 && Double.isFinite(value));
    }

    private static OptionalDouble optional(JsonNode json, String name) {
        return json.has(name) ? OptionalDouble.of(json.path(name).asDouble()) : OptionalDouble.empty();
    }
}
