package io.agentopt.runtime.device.spec;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.device.fact.CardRates;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuFiles;
import io.agentopt.runtime.device.fact.CpuRates;
import io.agentopt.runtime.device.fact.GpuFacts;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Describes detected devices by a catalog and by what was measured. */
public final class DeviceDescriber {
    private final Supplier<DeviceCatalog> catalog;
    private final Function<CpuFacts, CpuRates> rates;
    private final BiFunction<DetectedDevice, GpuFacts, Optional<CardRates>> cards;

    /**
     * A describer.
     *
     * @param catalog in which GPUs are looked up by the driver's name
     * @param rates of a processor, which may take a moment
     */
    public DeviceDescriber(DeviceCatalog catalog, Function<CpuFacts, CpuRates> rates) {
        this(() -> catalog, rates, (device, facts) -> Optional.empty());
    }

    private DeviceDescriber(
            Supplier<DeviceCatalog> catalog,
            Function<CpuFacts, CpuRates> rates,
            BiFunction<DetectedDevice, GpuFacts, Optional<CardRates>> cards) {
        this.catalog = catalog;
        this.rates = rates;
        this.cards = cards;
    }

    /** {@return this one with rates of GPUs, by what was detected and what is told of it; empty where nobody measured any} */
    public DeviceDescriber withCards(BiFunction<DetectedDevice, GpuFacts, Optional<CardRates>> measured) {
        return new DeviceDescriber(catalog, rates, measured);
    }

    /**
     * {@return one that uses the packaged catalog, read when a GPU needs it, and rates that are kept on disk}  The processor's are measured
     * now where none are kept, those of GPUs are absent then.
     */
    public static DeviceDescriber usual() {
        return new DeviceDescriber(DeviceCatalog::packaged, CpuRates::of, (device, facts) -> CardRates.kept(facts));
    }

    /** {@return the usual one, but it measures GPUs that are ready, in some two seconds each} */
    public static DeviceDescriber measuring() {
        return usual().withCards((device, facts) -> device.isReady()
                ? Optional.of(CardRates.measure(facts, Devices.driver(device), number(device), device.provider()))
                : CardRates.kept(facts));
    }

    private static int number(DetectedDevice device) {
        String id = device.id();
        return Integer.parseInt(id.substring(id.indexOf(':') + 1));
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
            case GpuFacts gpu -> GpuDescription.of(device, gpu, catalog.get(), cards.apply(device, gpu));
            case null -> new Description.Undescribed(device, device.reason());
        };
    }
}
