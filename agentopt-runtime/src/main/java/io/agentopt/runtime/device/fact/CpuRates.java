package io.agentopt.runtime.device.fact;

import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * How fast this processor was measured to be, all usable processors together: the best of the last readings. One takes some 300 ms and is
 * kept on disk for the model, its microcode, the system, the processors in use and the version of ONNX Runtime. What was read
 * while others kept the machine busy, or is far below what is usual for the class, is a lower bound until a quiet reading settles it.
 *
 * @param readBytesPerSecond read from memory, bytes/s
 * @param fp32Flops matrix product of FP32 in ONNX Runtime, FLOP/s; absent where that does not run
 * @param int8Flops the same of 8-bit integers, operations/s
 * @param settled whether that is what the processor can do, and not only a lower bound
 * @param load of the machine when that was settled, otherwise when it was last read
 */
public record CpuRates(
        double readBytesPerSecond,
        OptionalDouble fp32Flops,
        OptionalDouble int8Flops,
        boolean settled,
        MachineLoad load) {

    /** {@return rates of this machine: those that are kept, otherwise measured now} */
    public static CpuRates of(CpuFacts cpu) {
        return of(
                cpu,
                new KeptAnswers(UserCache.folder().resolve("rates")),
                Clock.systemUTC(),
                MachineLoad::now,
                () -> CpuReading.measure(cpu));
    }

    static CpuRates of(
            CpuFacts cpu, KeptAnswers kept, Clock clock, Supplier<MachineLoad> load, Supplier<CpuReading> measure) {
        String key = key(cpu);
        TypicalCpu typical = TypicalCpu.of(cpu);
        Instant now = clock.instant();
        CpuReadings known = kept.read(key)
                .map(CpuReadings::from)
                .orElse(new CpuReadings(List.of()))
                .at(now);
        if (known.wantAnother(now, typical, load)) {
            known = known.with(measure.get(), typical);
            kept.write(key, known.answer());
        }
        return known.rates(now, typical);
    }

    private static String key(CpuFacts cpu) {
        return String.join(
                "\n", "rates 2", cpu.identity(), OrtEnvironment.identity().orElse("unknown"));
    }
}
