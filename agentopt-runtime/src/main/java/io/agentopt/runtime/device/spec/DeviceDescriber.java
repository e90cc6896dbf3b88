package io.agentopt.runtime.device.spec;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuFiles;
import io.agentopt.runtime.device.fact.CpuRates;
import io.agentopt.runtime.device.fact.GpuFacts;
import java.util.function.Function;
import java.util.function.Supplier;

/** Describes detected devices by a catalog and by what was measured. */
public final class DeviceDescriber {
    private final Supplier<DeviceCatalog> catalog;
    private final Function<CpuFacts, CpuRates> rates;

    /**
     * A describer.
     *
     * @param catalog in which GPUs are looked up by the driver's name
     * @param rates of a processor, which may take a moment
     */
    public DeviceDescriber(DeviceCatalog catalog, Function<CpuFacts, CpuRates> rates) {
        this(() -> catalog, rates);
    }

    private DeviceDescriber(Supplier<DeviceCatalog> catalog, Function<CpuFacts, CpuRates> rates) {
        this.catalog = catalog;
        this.rates = rates;
    }

    /** {@return one that uses the packaged catalog, read when a GPU needs it, and rates that are kept on disk or measured now} */
    public static DeviceDescriber usual() {
        return new DeviceDescriber(DeviceCatalog::packaged, CpuRates::of);
    }

    /** {@return the CPU described under an id; one without facts is taken for the CPU of this machine} */
    public Description.Described cpu(String id, DetectedDevice cpu) {
        CpuFacts facts = cpu.facts().orElse(null) instanceof CpuFacts f ? f : CpuFiles.read();
        return CpuDescription.of(id, cpu, facts, rates.apply(facts));
    }

    /** {@return a device described; a CPU under its own id} */
    public Description describe(DetectedDevice device) {
        return switch (device.facts().orElse(null)) {
            case CpuFacts _ -> cpu(device.id(), device);
            case GpuFacts gpu -> GpuDescription.of(device, gpu, catalog.get());
            case null -> new Description.Undescribed(device, device.reason());
        };
    }
}
