package io.agentopt.hardware;

import io.agentopt.model.Precision;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One device as numbers. Rates are peaks without sparsity; link rates are one-way. An absent number is unknown, not zero.
 *
 * @param id unique name, such as {@code H100-SXM}
 * @param vendor who makes it
 * @param kind what it is
 * @param densePeakFlops peak floating-point (or integer) operations per second by number format; a format that is absent has no
 *     known rate
 * @param memoryBytes memory that weights and KV cache share, bytes
 * @param memoryBytesPerSecond peak memory bandwidth, bytes/s
 * @param intraNodeBytesPerSecond one-way rate to a device of the same host, bytes/s
 * @param scaleOutBytesPerSecond one-way rate to another host, bytes/s
 * @param tdpWatts rated power, W
 * @param maxMatmulEfficiency largest measured share of the peak that a matrix product reached, in (0, 1]
 * @param hostLinkBytesPerSecond one-way rate to the memory of its host, bytes/s
 * @param processors processors that share the tiles of a kernel (streaming multiprocessors, compute units)
 * @param boostHertz boost clock of the processors, 1/s
 * @param listPrice rents and price in public listings
 * @param provenance where the numbers come from
 */
public record DeviceSpec(
        String id,
        String vendor,
        DeviceKind kind,
        Map<Precision, Double> densePeakFlops,
        double memoryBytes,
        double memoryBytesPerSecond,
        OptionalDouble intraNodeBytesPerSecond,
        OptionalDouble scaleOutBytesPerSecond,
        OptionalDouble tdpWatts,
        OptionalDouble maxMatmulEfficiency,
        OptionalDouble hostLinkBytesPerSecond,
        OptionalInt processors,
        OptionalDouble boostHertz,
        ListPrice listPrice,
        Provenance provenance) {

    private static final double RENT_LOW_PER_CORE = 0.046; // OCI E5.Flex, two vCPUs per core, $/h
    private static final double RENT_HIGH_PER_CORE = 0.0496; // Nebius cpu-d3, two vCPUs per core, $/h

    public DeviceSpec {
        Objects.requireNonNull(id, "id");
        if (id.isBlank()) throw new IllegalArgumentException("A device needs a name; its id is blank.");
        Objects.requireNonNull(vendor, "vendor");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(listPrice, "listPrice");
        Objects.requireNonNull(provenance, "provenance");
        EnumMap<Precision, Double> rates = new EnumMap<>(Precision.class);
        for (var rate : densePeakFlops.entrySet()) {
            positive(rate.getValue(), "peak " + rate.getKey().id() + " rate", "FLOP/s", id);
            rates.put(rate.getKey(), rate.getValue());
        }
        if (rates.isEmpty()) {
            throw new IllegalArgumentException(
                    "Device '" + id + "' has no peak rate. Give at least one, such as fp16.");
        }
        densePeakFlops = Collections.unmodifiableMap(rates);
        positive(memoryBytes, "memory", "bytes", id);
        positive(memoryBytesPerSecond, "memory bandwidth", "bytes/s", id);
        positive(intraNodeBytesPerSecond, "intra-node rate", "bytes/s", id);
        positive(scaleOutBytesPerSecond, "scale-out rate", "bytes/s", id);
        positive(tdpWatts, "rated power", "W", id);
        positive(maxMatmulEfficiency, "maximum matmul efficiency", "of peak", id);
        positive(hostLinkBytesPerSecond, "host link rate", "bytes/s", id);
        positive(boostHertz, "boost clock", "1/s", id);
        if (processors.isPresent()) positive(processors.getAsInt(), "processor count", "processors", id);
        if (maxMatmulEfficiency.isPresent() && maxMatmulEfficiency.getAsDouble() > 1) {
            throw new IllegalArgumentException(
                    "The maximum matmul efficiency (" + maxMatmulEfficiency.getAsDouble() + ") of device '" + id
                            + "' is above 1. It is a share of the dense peak: is the peak a sparse or a smaller one?");
        }
    }

    /** A device whose host link, processors and clock are unknown. */
    public DeviceSpec(
            String id,
            String vendor,
            DeviceKind kind,
            Map<Precision, Double> densePeakFlops,
            double memoryBytes,
            double memoryBytesPerSecond,
            OptionalDouble intraNodeBytesPerSecond,
            OptionalDouble scaleOutBytesPerSecond,
            OptionalDouble tdpWatts,
            OptionalDouble maxMatmulEfficiency,
            ListPrice listPrice,
            Provenance provenance) {
        this(
                id,
                vendor,
                kind,
                densePeakFlops,
                memoryBytes,
                memoryBytesPerSecond,
                intraNodeBytesPerSecond,
                scaleOutBytesPerSecond,
                tdpWatts,
                maxMatmulEfficiency,
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                listPrice,
                provenance);
    }

    /**
     * A CPU, as detection of the local machine finds it. The rent is an estimate: list prices per core of rented instances.
     *
     * @param id unique name
     * @param cores physical cores that work may use
     * @param fp32Flops peak FP32 rate of those cores together, FLOP/s
     * @param memoryBytes memory that work may use, bytes
     * @param memoryBytesPerSecond memory bandwidth, bytes/s
     */
    public static DeviceSpec cpu(
            String id, int cores, double fp32Flops, double memoryBytes, double memoryBytesPerSecond) {
        if (cores < 1)
            throw new IllegalArgumentException("CPU '" + id + "' has " + cores + " cores; it needs at least one.");
        return new DeviceSpec(
                id,
                "local",
                DeviceKind.CPU,
                Map.of(Precision.FP32, fp32Flops),
                memoryBytes,
                memoryBytesPerSecond,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                ListPrice.rent(cores * RENT_LOW_PER_CORE, cores * RENT_HIGH_PER_CORE),
                new Provenance("this machine; rent estimated from list prices per core", false, cores + " cores"));
    }

    /**
     * The rate at which arithmetic in a number format can run at most. A CPU computes a format that it has no rate for by widening it to
     * FP32; other devices without a rate for a format are unknown there.
     */
    public OptionalDouble peakFlops(Precision precision) {
        Double rate = densePeakFlops.get(precision);
        if (rate == null && kind == DeviceKind.CPU) rate = densePeakFlops.get(Precision.FP32);
        return rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate);
    }

    /** {@return this device with other peaks: by number format, and of its memory, bytes/s} */
    public DeviceSpec withPeaks(Map<Precision, Double> flops, double bytesPerSecond) {
        return new DeviceSpec(
                id,
                vendor,
                kind,
                flops,
                memoryBytes,
                bytesPerSecond,
                intraNodeBytesPerSecond,
                scaleOutBytesPerSecond,
                tdpWatts,
                maxMatmulEfficiency,
                hostLinkBytesPerSecond,
                processors,
                boostHertz,
                listPrice,
                provenance);
    }

    /** {@return this device under another name} */
    public DeviceSpec named(String name) {
        return new DeviceSpec(
                name,
                vendor,
                kind,
                densePeakFlops,
                memoryBytes,
                memoryBytesPerSecond,
                intraNodeBytesPerSecond,
                scaleOutBytesPerSecond,
                tdpWatts,
                maxMatmulEfficiency,
                hostLinkBytesPerSecond,
                processors,
                boostHertz,
                listPrice,
                provenance);
    }

    /** {@return this device with another listing} */
    public DeviceSpec withListPrice(ListPrice prices) {
        return new DeviceSpec(
                id,
                vendor,
                kind,
                densePeakFlops,
                memoryBytes,
                memoryBytesPerSecond,
                intraNodeBytesPerSecond,
                scaleOutBytesPerSecond,
                tdpWatts,
                maxMatmulEfficiency,
                hostLinkBytesPerSecond,
                processors,
                boostHertz,
                prices,
                provenance);
    }

    private static void positive(OptionalDouble value, String name, String unit, String device) {
        if (value.isPresent()) positive(value.getAsDouble(), name, unit, device);
    }

    private static void positive(double value, String name, String unit, String device) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException("The " + name + " (" + value + " " + unit + ") of device '" + device
                    + "' must be a finite number above zero; leave it out if it is unknown.");
        }
    }
}
