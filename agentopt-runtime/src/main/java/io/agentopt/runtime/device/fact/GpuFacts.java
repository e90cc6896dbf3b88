package io.agentopt.runtime.device.fact;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the driver, its management library and the system tell of a GPU.
 *
 * @param source who told, as {@code driver, NVML} or {@code sysfs}
 * @param uuid that the maker gave it; empty if unknown
 * @param busId its place, as {@code 0000:3b:00.0}; empty if unknown
 * @param driver version of the driver; empty if unknown
 * @param architecture as LLVM spells it; empty if unknown
 * @param memoryBytes that it has
 * @param freeBytes that nobody had taken when it was asked
 * @param processors streaming multiprocessors or compute units
 * @param clockHertz highest clock of the processors, 1/s
 * @param memoryClockHertz highest clock of the memory, 1/s
 * @param memoryBusBits width of the memory bus, bits
 * @param powerWatts the limit it is held to, W
 * @param pcieGeneration highest that card and slot can
 * @param pcieLanes highest that card and slot can
 * @param links links to other devices that are up
 * @param ecc whether errors of memory are corrected
 * @param partitioned whether it is split into instances (MIG)
 * @param missing what was asked and not told, with the reason
 */
public record GpuFacts(
        String source,
        String uuid,
        String busId,
        String driver,
        String architecture,
        OptionalLong memoryBytes,
        OptionalLong freeBytes,
        OptionalInt processors,
        OptionalDouble clockHertz,
        OptionalDouble memoryClockHertz,
        OptionalInt memoryBusBits,
        OptionalDouble powerWatts,
        OptionalInt pcieGeneration,
        OptionalInt pcieLanes,
        List<GpuLink> links,
        Optional<Boolean> ecc,
        Optional<Boolean> partitioned,
        List<String> missing)
        implements DeviceFacts {

    /** One-way bytes per second of a PCIe lane by generation, after its line code (8b/10b, 128b/130b); generation 6 in flits. */
    private static final double[] LANE = {0, 0.25e9, 0.5e9, 0.985e9, 1.969e9, 3.938e9, 7.563e9};

    public GpuFacts {
        links = List.copyOf(links);
        missing = List.copyOf(missing);
    }

    /** {@return one-way rate to the host over PCIe, bytes/s, before the losses of its packets} */
    public OptionalDouble hostBytesPerSecond() {
        return pcieGeneration.isPresent()
                        && pcieLanes.isPresent()
                        && pcieGeneration.getAsInt() < LANE.length
                        && pcieGeneration.getAsInt() > 0
                ? OptionalDouble.of(LANE[pcieGeneration.getAsInt()] * pcieLanes.getAsInt())
                : OptionalDouble.empty();
    }

    /** {@return one-way rate of all links together, bytes/s; absent where there is none or its rate is unknown} */
    public OptionalDouble linkBytesPerSecond() {
        double sum =
                links.stream().mapToDouble(l -> l.bytesPerSecond().orElse(0)).sum();
        return sum > 0 ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }
}
