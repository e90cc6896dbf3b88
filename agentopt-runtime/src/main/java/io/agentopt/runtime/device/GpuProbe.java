package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.EpSpec;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.GpuDriver.Gpu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ladder of one family of GPUs: provider library named, there, loadable and a provider; driver there and finding
 * devices; provider registered; a model run on each device.
 */
final class GpuProbe {
    private final GpuFamily family;

    GpuProbe(GpuFamily family) {
        this.family = family;
    }

    List<DetectedDevice> probe() {
        String provider = System.getProperty(family.property(), "");
        if (provider.isBlank()) return notConfigured();
        Path library = Path.of(provider).toAbsolutePath();
        if (!Files.isRegularFile(library)) {
            return stopped(
                    Rung.LIBRARY_MISSING,
                    "The provider library '" + provider + "' (property " + family.property() + ") is not a file.");
        }
        if (Loader.open(library.toString()) instanceof Loader.Failed f) {
            return stopped(f.rung(), "The provider library (property " + family.property() + "): " + f.reason());
        }
        if (!isProvider(library)) {
            return stopped(
                    Rung.INIT_FAILED,
                    "The library '" + library + "' (property " + family.property()
                            + ") is no execution provider of ONNX Runtime: it has no CreateEpFactories.");
        }
        return switch (new GpuDriver(family).ask()) {
            case GpuDriver.Stopped s -> stopped(s.rung(), s.reason());
            case GpuDriver.Found f -> withProvider(library, f.gpus());
        };
    }

    private List<DetectedDevice> notConfigured() {
        String way = "Set the property " + family.property()
                + " to an execution provider library of ONNX Runtime to use it.";
        return switch (new GpuDriver(family).ask()) {
            case GpuDriver.Stopped s -> stopped(Rung.NOT_CONFIGURED, s.reason() + " " + way);
            case GpuDriver.Found f ->
                f.gpus().stream()
                        .map(g -> device(g, Rung.NOT_CONFIGURED, "The driver finds it. " + way, Optional.empty()))
                        .toList();
        };
    }

    private static boolean isProvider(Path library) {
        return Loader.open(library.toString()) instanceof Loader.Open o
                && o.symbols().find("CreateEpFactories").isPresent();
    }

    private List<DetectedDevice> withProvider(Path library, List<Gpu> gpus) {
        List<EpDevice> devices;
        try {
            devices = OrtEnvironment.get().register(new EpSpec("agentopt." + family.id(), library, Map.of())).stream()
                    .filter(d -> d.hardware() == EpDevice.Hardware.GPU)
                    .toList();
        } catch (OrtException | IllegalStateException e) {
            Loader.Failed f = Loader.failed(library.toString(), String.valueOf(e.getMessage()));
            return stopped(f.rung(), f.reason());
        }
        List<DetectedDevice> found = new ArrayList<>();
        for (Gpu gpu : gpus) {
            if (gpu.number() >= devices.size()) {
                found.add(device(
                        gpu,
                        Rung.NO_DEVICE,
                        "The driver finds it but the provider '" + library + "' does not.",
                        Optional.empty()));
                continue;
            }
            EpDevice ep = devices.get(gpu.number());
            Optional<String> failure = SmokeTest.failure(SessionSettings.cpu(1).on(ep));
            found.add(device(
                    gpu,
                    failure.isPresent() ? Rung.SMOKE_FAILED : Rung.READY,
                    failure.orElse(ep.provider() + " ran a model and the numbers were right."),
                    failure.isPresent() ? Optional.empty() : Optional.of(ep)));
        }
        return found;
    }

    private DetectedDevice device(Gpu gpu, Rung rung, String reason, Optional<SessionDevice> provider) {
        return new DetectedDevice(
                family.id() + ":" + gpu.number(),
                family.vendor(),
                DetectedDevice.Kind.GPU,
                gpu.name(),
                rung,
                reason,
                gpu.memoryBytes(),
                Map.of(),
                provider);
    }

    private List<DetectedDevice> stopped(Rung rung, String reason) {
        return List.of(new DetectedDevice(
                family.id(),
                family.vendor(),
                DetectedDevice.Kind.GPU,
                "",
                rung,
                reason,
                0,
                Map.of(),
                Optional.empty()));
    }
}
