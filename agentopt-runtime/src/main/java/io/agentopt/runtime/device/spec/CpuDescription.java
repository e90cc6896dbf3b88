package io.agentopt.runtime.device.spec;

import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Provenance;
import io.agentopt.model.Precision;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuRates;
import io.agentopt.runtime.device.fact.TypicalCpu;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The processor as a device.
 *
 * <pre>
 * FP32 peak        cores * clock * lanes * 2 FMA units * 2 operations, FLOP/s; never below what a matrix product reached
 * matmul share     measured FP32 product / FP32 peak
 * INT8 peak        measured INT8 product / matmul share, so that peak times share is what was measured
 * bandwidth        measured
 * </pre>
 *
 * The clock is the highest that the system tells, or {@value TypicalCpu#ASSUMED_CLOCK} Hz: virtual machines hide it. An error in it cancels
 * where the share is used; it stays in work that is no matrix product. Rates that are lower bounds count where they are above
 * what is {@link TypicalCpu usual for the class}; otherwise that does.
 */
final class CpuDescription {
    private static final double LEAST_MEMORY = 1L << 30, GIGA = 1e9;

    private CpuDescription() {}

    static Description.Described of(String id, DetectedDevice device, CpuFacts cpu, CpuRates rates) {
        Map<String, Origin> origins = new TreeMap<>();
        int cores = cpu.cores();
        TypicalCpu typical = TypicalCpu.of(cpu);
        double told = TypicalCpu.peakFp32(cpu), reached = reached(rates.fp32Flops(), typical.fp32Flops(), rates);
        double fp32 = Math.max(told, reached);
        Origin arithmetic = cpu.maxHertz().isPresent() ? Origin.DERIVED : Origin.ASSUMED;
        origins.put(Field.PEAKS, fp32 > told ? Origin.MEASURED : arithmetic);
        Map<Precision, Double> peaks = new EnumMap<>(Precision.class);
        peaks.put(Precision.FP32, fp32);
        OptionalDouble share = reached > 0 ? OptionalDouble.of(reached / fp32) : OptionalDouble.empty();
        if (share.isPresent()) origins.put(Field.MATMUL, origin(rates.fp32Flops(), reached));
        double int8 = reached(rates.int8Flops(), typical.int8Flops(), rates);
        if (int8 > 0 && share.isPresent()) {
            peaks.put(Precision.INT8, int8 / share.getAsDouble());
            origins.put(Field.PEAKS + ".int8", origin(rates.int8Flops(), int8));
        }
        OptionalDouble read = OptionalDouble.of(rates.readBytesPerSecond());
        double bandwidth = reached(read, typical.readBytesPerSecond(), rates);
        origins.put(Field.BANDWIDTH, origin(read, bandwidth));
        double memory = Math.max(device.memoryBytes(), LEAST_MEMORY);
        origins.put(Field.MEMORY, memory > device.memoryBytes() ? Origin.ASSUMED : Origin.SYSTEM);
        origins.put(Field.PROCESSORS, Origin.SYSTEM);
        origins.put(Field.CLOCK, cpu.maxHertz().isPresent() ? Origin.SYSTEM : Origin.ASSUMED);
        origins.put(Field.RENTS, Origin.ASSUMED);
        DeviceSpec priced = DeviceSpec.cpu(id, cores, fp32, memory, bandwidth);
        String remark = rates.settled() ? "" : remark(rates);
        DeviceSpec spec = new DeviceSpec(
                id,
                priced.vendor(),
                DeviceKind.CPU,
                peaks,
                memory,
                bandwidth,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                share,
                OptionalDouble.empty(),
                OptionalInt.of(cores),
                OptionalDouble.of(TypicalCpu.clock(cpu)),
                priced.listPrice(),
                new Provenance(
                        "this machine; rent estimated from list prices per core",
                        false,
                        cpu.model() + ", " + cores + " cores; " + Description.told(origins) + remark));
        return new Description.Described(device, spec, origins, remark);
    }

    /** What was measured; where that is only a lower bound, what is usual if that is more. 0 where nothing was measured. */
    private static double reached(OptionalDouble measured, double typical, CpuRates rates) {
        if (measured.isEmpty()) return 0;
        return rates.settled() ? measured.getAsDouble() : Math.max(measured.getAsDouble(), typical);
    }

    private static Origin origin(OptionalDouble measured, double counts) {
        return measured.orElse(0) < counts ? Origin.TYPICAL : Origin.MEASURED;
    }

    private static String remark(CpuRates rates) {
        return "; measured at least " + Math.round(100 * rates.readBytesPerSecond() / GIGA) / 100.0 + " GB/s"
                + measured("FP32", rates.fp32Flops()) + measured("INT8", rates.int8Flops())
                + (rates.load().isBusy() ? " under load (" : ", far below what is usual (") + rates.load() + ")";
    }

    private static String measured(String what, OptionalDouble rate) {
        return rate.isPresent() ? ", " + what + " " + Math.round(rate.getAsDouble() / GIGA) + " GFLOP/s" : "";
    }
}
