package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.runtime.device.fact.AmdCards;
import io.agentopt.runtime.device.fact.GpuFactSources;
import io.agentopt.runtime.device.fact.GpuFacts;
import io.agentopt.runtime.device.fact.Nvml;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What a GPU driver says it has. */
sealed interface DriverAnswer {
    /** One device or more, in the driver's order. */
    record Found(List<Card> cards) implements DriverAnswer {}

    /** A device of the driver, and all that is known of it. */
    record Card(GpuDevice device, GpuFacts facts) {}

    /** Where it stopped. */
    record Stopped(Rung rung, String reason) implements DriverAnswer {}

    /** Asks the driver of this machine, which is started for it. */
    static DriverAnswer of(GpuFamily family) {
        return family.api() == GpuApi.CUDA
                ? of(family, nvml(family), Optional.empty())
                : with(live(family), amd(family));
    }

    /** The same, but a driver that has said it before of the same cards is not started. */
    static DriverAnswer kept(GpuFamily family, DriverCache cache) {
        return family.api() == GpuApi.CUDA ? of(family, nvml(family), Optional.of(cache)) : of(family);
    }

    private static DriverAnswer of(GpuFamily family, Nvml.Outcome management, Optional<DriverCache> cache) {
        return switch (management) {
            case Nvml.Absent _ -> live(family);
            case Nvml.Cards cards -> {
                String key = DriverCache.key(family, cards.identity());
                Optional<List<GpuDevice>> known = cache.flatMap(c -> c.read(key, family.api()));
                if (known.isPresent()) yield with(found(known.get()), cards::at);
                DriverAnswer said = live(family);
                if (said instanceof Found f)
                    cache.ifPresent(c ->
                            c.write(key, f.cards().stream().map(Card::device).toList()));
                yield with(said, cards::at);
            }
        };
    }

    private static Nvml.Outcome nvml(GpuFamily family) {
        return switch (Loader.open(family.managementLibrary())) {
            case Loader.Failed f -> new Nvml.Absent(f.reason());
            case Loader.Open o -> Nvml.look(o.symbols());
        };
    }

    private static Function<String, Optional<GpuFacts>> amd(GpuFamily family) {
        List<AmdCards.Card> cards = AmdCards.read(family.system());
        return bus -> bus.isEmpty()
                ? Optional.empty()
                : cards.stream()
                        .map(AmdCards.Card::facts)
                        .filter(f -> f.busId().equals(bus))
                        .findFirst();
    }

    private static DriverAnswer live(GpuFamily family) {
        return switch (Loader.open(family.driverLibrary())) {
            case Loader.Failed f -> new Stopped(f.rung(), "The " + family.vendor() + " driver: " + f.reason());
            case Loader.Open _ -> of(family, GpuDrivers.open(family));
        };
    }

    /** {@return what a driver that is there says} */
    static DriverAnswer of(GpuFamily family, GpuDriver.Outcome driver) {
        return switch (driver) {
            case GpuDriver.Absent(String reason) -> new Stopped(Rung.INIT_FAILED, reason);
            case GpuDriver.Opened(GpuDriver opened) -> {
                try {
                    List<GpuDevice> devices = opened.devices();
                    yield devices.isEmpty()
                            ? new Stopped(Rung.NO_DEVICE, "The " + family.vendor() + " driver finds no device.")
                            : found(devices);
                } catch (GpuException e) {
                    yield new Stopped(Rung.INIT_FAILED, String.valueOf(e.getMessage()));
                }
            }
        };
    }

    private static Found found(List<GpuDevice> devices) {
        return new Found(devices.stream()
                .map(d -> new Card(d, GpuFactSources.join(d, Optional.empty())))
                .toList());
    }

    private static DriverAnswer with(DriverAnswer answer, Function<String, Optional<GpuFacts>> cards) {
        return answer instanceof Found f
                ? new Found(f.cards().stream()
                        .map(c -> new Card(
                                c.device(),
                                GpuFactSources.join(
                                        c.device(),
                                        cards.apply(c.device().properties().pciBusId()))))
                        .toList())
                : answer;
    }
}
