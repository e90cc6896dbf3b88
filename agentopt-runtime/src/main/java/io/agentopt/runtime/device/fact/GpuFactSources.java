package io.agentopt.runtime.device.fact;

import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.mlir.gpu.GpuProperties;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Joins what a driver tells of a device with what its management library or the system tells of the card in the same place. */
public final class GpuFactSources {
    private GpuFactSources() {}

    /**
     * {@return what is known}  What the driver says goes first: of a card that is split it shows this process one part. The part has
     * no share of its own of memory that is free, so that is absent then.
     *
     * @param card the same card, as others tell of it
     */
    public static GpuFacts join(GpuDevice device, Optional<GpuFacts> card) {
        GpuProperties p = device.properties();
        GpuFacts driver = new GpuFacts(
                "driver",
                "",
                p.pciBusId(),
                "",
                device.architecture(),
                device.memoryBytes() > 0 ? OptionalLong.of(device.memoryBytes()) : OptionalLong.empty(),
                OptionalLong.empty(),
                p.processors(),
                p.clockHertz(),
                p.memoryClockHertz(),
                p.memoryBusBits(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        if (card.isEmpty()) return driver;
        GpuFacts c = card.get();
        return new GpuFacts(
                driver.source() + ", " + c.source(),
                c.uuid(),
                p.pciBusId(),
                c.driver(),
                device.architecture().isEmpty() ? c.architecture() : device.architecture(),
                driver.memoryBytes().isPresent() ? driver.memoryBytes() : c.memoryBytes(),
                c.partitioned().orElse(false) ? OptionalLong.empty() : c.freeBytes(),
                p.processors().isPresent() ? p.processors() : c.processors(),
                p.clockHertz().isPresent() ? p.clockHertz() : c.clockHertz(),
                p.memoryClockHertz().isPresent() ? p.memoryClockHertz() : c.memoryClockHertz(),
                p.memoryBusBits().isPresent() ? p.memoryBusBits() : c.memoryBusBits(),
                c.powerWatts(),
                c.pcieGeneration(),
                c.pcieLanes(),
                c.links(),
                c.ecc(),
                c.partitioned(),
                c.missing());
    }
}
