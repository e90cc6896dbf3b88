package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.device.fact.AmdCards;
import io.agentopt.runtime.device.fact.GpuFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The ladder of one family of GPUs: provider library named, there, a provider and with all that it needs; driver there and finding
 * devices; provider registered; a model run on each device.
 */
final class GpuProbe implements Probe {
    private final GpuFamily family;
    private final DriverCache drivers;

    GpuProbe(GpuFamily family) {
        this(family, new DriverCache());
    }

    GpuProbe(GpuFamily family, DriverCache drivers) {
        this.family = family;
        this.drivers = drivers;
    }

    @Override
    public String id() {
        return family.id();
    }

    @Override
    public Optional<ProviderConfig> config() {
        return ProviderConfig.of(family.id(), family.property());
    }

    @Override
    public String surroundings() {
        try {
            return family.driverLibrary() + " "
                    + (Files.isReadable(family.version()) ? Files.readString(family.version()) : "");
        } catch (IOException unknown) {
            return family.driverLibrary();
        }
    }

    @Override
    public List<DetectedDevice> climb(Consumer<String> stage) {
        Optional<ProviderConfig> config = config();
        if (config.isEmpty()) return notConfigured();
        ProviderLadder ladder = new ProviderLadder(config.get(), stage);
        Optional<ProviderLadder.Stopped> stop = ladder.checked();
        if (stop.isPresent())
            return List.of(stopped(stop.get().rung(), stop.get().reason()));
        stage.accept("asking the driver");
        return switch (DriverAnswer.of(family)) {
            case DriverAnswer.Stopped s -> List.of(stopped(s.rung(), s.reason()));
            case DriverAnswer.Found f -> withProvider(ladder, config.get(), f.cards());
        };
    }

    private List<DetectedDevice> notConfigured() {
        String way = "Set the property " + family.property()
                + " to an execution provider library of ONNX Runtime to use it.";
        return switch (DriverAnswer.kept(family, drivers)) {
            case DriverAnswer.Stopped s -> withoutDriver(s.reason() + " " + way);
            case DriverAnswer.Found f ->
                f.cards().stream()
                        .map(c -> device(
                                c, Rung.NOT_CONFIGURED, "The driver finds it. " + way, Map.of(), Optional.empty()))
                        .toList();
        };
    }

    /** Linux shows AMD's cards without HIP too, which is worth saying: the card is there and what drives it is not. */
    private List<DetectedDevice> withoutDriver(String reason) {
        List<AmdCards.Card> cards = family.api() == GpuApi.HIP ? AmdCards.read(family.system()) : List.of();
        if (cards.isEmpty()) return List.of(stopped(Rung.NOT_CONFIGURED, reason));
        List<DetectedDevice> found = new ArrayList<>();
        for (AmdCards.Card card : cards) {
            GpuFacts facts = card.facts();
            found.add(new DetectedDevice(
                    family.id() + ":" + found.size(),
                    family.vendor(),
                    DetectedDevice.Kind.GPU,
                    card.name(),
                    Rung.NOT_CONFIGURED,
                    "The system has it. " + reason,
                    facts.memoryBytes().orElse(0),
                    details(facts.architecture(), Map.of()),
                    Optional.empty(),
                    Optional.of(facts)));
        }
        return List.copyOf(found);
    }

    private List<DetectedDevice> withProvider(
            ProviderLadder ladder, ProviderConfig config, List<DriverAnswer.Card> cards) {
        return switch (ladder.registered()) {
            case ProviderLadder.Stopped s -> List.of(stopped(s.rung(), s.reason()));
            case ProviderLadder.Devices d -> {
                List<EpDevice> devices = d.devices().stream()
                        .filter(e -> e.hardware() == EpDevice.Hardware.GPU)
                        .toList();
                List<DetectedDevice> found = new ArrayList<>();
                for (DriverAnswer.Card card : cards)
                    found.add(
                            card.device().number() < devices.size()
                                    ? smoked(
                                            ladder,
                                            card,
                                            family.on(
                                                    devices.get(card.device().number()),
                                                    card.device().number()))
                                    : device(
                                            card,
                                            Rung.NO_DEVICE,
                                            "The driver finds it but the provider '" + config.library() + "' does not."
                                                    + family.unseen(),
                                            Map.of(),
                                            Optional.empty()));
                yield List.copyOf(found);
            }
        };
    }

    private DetectedDevice smoked(ProviderLadder ladder, DriverAnswer.Card card, EpDevice ep) {
        Optional<String> failure = ladder.smoke(ep);
        if (failure.isPresent()) return device(card, Rung.SMOKE_FAILED, failure.get(), Map.of(), Optional.empty());
        return device(
                card,
                Rung.READY,
                ep.provider() + " ran a model and the numbers were right.",
                OperatorCoverage.on(ep),
                Optional.of(ep));
    }

    private DetectedDevice device(
            DriverAnswer.Card card,
            Rung rung,
            String reason,
            Map<String, String> details,
            Optional<SessionDevice> provider) {
        GpuDevice gpu = card.device();
        return new DetectedDevice(
                family.id() + ":" + gpu.number(),
                family.vendor(),
                DetectedDevice.Kind.GPU,
                gpu.name(),
                rung,
                reason,
                gpu.memoryBytes(),
                details(card.facts().architecture(), details),
                provider,
                Optional.of(card.facts()));
    }

    private static Map<String, String> details(String architecture, Map<String, String> coverage) {
        if (architecture.isEmpty()) return coverage;
        Map<String, String> all = new HashMap<>(coverage);
        all.put("arch", architecture);
        return all;
    }

    @Override
    public DetectedDevice stopped(Rung rung, String reason) {
        return new DetectedDevice(
                family.id(), family.vendor(), DetectedDevice.Kind.GPU, "", rung, reason, 0, Map.of(), Optional.empty());
    }
}
