package io.agentopt.runtime.device.spec;

import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Provenance;
import io.agentopt.model.Precision;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuRates;
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
 * The clock is the highest that the system tells, or {@value #ASSUMED_CLOCK} Hz: virtual machines hide it. An error in it cancels where
 * the share is used; it stays in work that is no matrix product. Rates that were measured on a busy machine are lower bounds: they give no
 * share and no INT8 peak.
 */
final class CpuDescription {
    private static final double ASSUMED_CLOCK = 3.5e9;
    private static final double LEAST_MEMORY = 1L << 30;
    private static final int FMA_UNITS = 2, OPERATIONS = 2;

    private CpuDescription() {}

    static Description.Described of(String id, DetectedDevice device, CpuFacts cpu, CpuRates rates) {
        Map<String, Origin> origins = new TreeMap<>();
        int cores = cpu.cores();
        double clock = Math.max(
                cpu.maxHertz().orElse(ASSUMED_CLOCK), cpu.nominalHertz().orElse(0));
        double told = cores * clock * cpu.lanes() * FMA_UNITS * OPERATIONS;
        OptionalDouble reached = rates.fp32Flops();
        double fp32 = Math.max(told, reached.orElse(0));
        Origin arithmetic = cpu.maxHertz().isPresent() ? Origin.DERIVED : Origin.ASSUMED;
        origins.put(Field.PEAKS, fp32 > told ? Origin.MEASURED : arithmetic);
        OptionalDouble share = reached.isPresent() && !rates.busy()
                ? OptionalDouble.of(reached.getAsDouble() / fp32)
                : OptionalDouble.empty();
        Map<Precision, Double> peaks = new EnumMap<>(Precision.class);
        peaks.put(Precision.FP32, fp32);
        if (rates.int8Flops().isPresent() && share.isPresent()) {
            peaks.put(Precision.INT8, rates.int8Flops().getAsDouble() / share.getAsDouble());
            origins.put(Field.PEAKS + ".int8", Origin.MEASURED);
        }
        if (share.isPresent()) origins.put(Field.MATMUL, Origin.MEASURED);
        origins.put(Field.BANDWIDTH, Origin.MEASURED);
        double memory = Math.max(device.memoryBytes(), LEAST_MEMORY);
        origins.put(Field.MEMORY, memory > device.memoryBytes() ? Origin.ASSUMED : Origin.SYSTEM);
        origins.put(Field.PROCESSORS, Origin.SYSTEM);
        origins.put(Field.CLOCK, cpu.maxHertz().isPresent() ? Origin.SYSTEM : Origin.ASSUMED);
        origins.put(Field.RENTS, Origin.ASSUMED);
        DeviceSpec priced = DeviceSpec.cpu(id, cores, fp32, memory, rates.readBytesPerSecond());
        String busy = rates.busy() ? "; measured while others kept the machine busy" : "";
        DeviceSpec spec = new DeviceSpec(
                id,
                priced.vendor(),
                DeviceKind.CPU,
                peaks,
                memory,
                rates.readBytesPerSecond(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                share,
                OptionalDouble.empty(),
                OptionalInt.of(cores),
                OptionalDouble.of(clock),
                priced.listPrice(),
                new Provenance(
                        "this machine; rent estimated from list prices per core",
                        false,
                        cpu.model() + ", " + cores + " cores; " + Description.told(origins) + busy));
        return new Description.Described(device, spec, origins);
    }
}
