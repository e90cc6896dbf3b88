package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuDevice;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.SessionDevice;
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

    GpuProbe(GpuFamily family) {
        this.family = family;
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
            case DriverAnswer.Found f -> withProvider(ladder, config.get(), f.devices());
        };
    }

    private List<DetectedDevice> notConfigured() {
        String way = "Set the property " + family.property()
                + " to an execution provider library of ONNX Runtime to use it.";
        return switch (DriverAnswer.of(family)) {
            case DriverAnswer.Stopped s -> List.of(stopped(Rung.NOT_CONFIGURED, s.reason() + " " + way));
            case DriverAnswer.Found f ->
                f.devices().stream()
                        .map(g -> device(
                                g, Rung.NOT_CONFIGURED, "The driver finds it. " + way, Map.of(), Optional.empty()))
                        .toList();
        };
    }

    private List<DetectedDevice> withProvider(ProviderLadder ladder, ProviderConfig config, List<GpuDevice> gpus) {
        return switch (ladder.registered()) {
            case ProviderLadder.Stopped s -> List.of(stopped(s.rung(), s.reason()));
            case ProviderLadder.Devices d -> {
                List<EpDevice> devices = d.devices().stream()
                        .filter(e -> e.hardware() == EpDevice.Hardware.GPU)
                        .toList();
                List<DetectedDevice> found = new ArrayList<>();
                for (GpuDevice gpu : gpus)
                    found.add(
                            gpu.number() < devices.size()
                                    ? smoked(ladder, gpu, devices.get(gpu.number()))
                                    : device(
                                            gpu,
                                            Rung.NO_DEVICE,
                                            "The driver finds it but the provider '" + config.library() + "' does not.",
                                            Map.of(),
                                            Optional.empty()));
                yield List.copyOf(found);
            }
        };
    }

    private DetectedDevice smoked(ProviderLadder ladder, GpuDevice gpu, EpDevice ep) {
        Optional<String> failure = ladder.smoke(ep);
        if (failure.isPresent()) return device(gpu, Rung.SMOKE_FAILED, failure.get(), Map.of(), Optional.empty());
        return device(
                gpu,
                Rung.READY,
                ep.provider() + " ran a model and the numbers were right.",
                OperatorCoverage.on(ep),
                Optional.of(ep));
    }

    private DetectedDevice device(
            GpuDevice gpu, Rung rung, String reason, Map<String, String> details, Optional<SessionDevice> provider) {
        return new DetectedDevice(
                family.id() + ":" + gpu.number(),
                family.vendor(),
                DetectedDevice.Kind.GPU,
                gpu.name(),
                rung,
                reason,
                gpu.memoryBytes(),
                details(gpu, details),
                provider);
    }

    private static Map<String, String> details(GpuDevice gpu, Map<String, String> coverage) {
        if (gpu.architecture().isEmpty()) return coverage;
        Map<String, String> all = new HashMap<>(coverage);
        all.put("arch", gpu.architecture());
        return all;
    }

    @Override
    public DetectedDevice stopped(Rung rung, String reason) {
        return new DetectedDevice(
                family.id(), family.vendor(), DetectedDevice.Kind.GPU, "", rung, reason, 0, Map.of(), Optional.empty());
    }
}
