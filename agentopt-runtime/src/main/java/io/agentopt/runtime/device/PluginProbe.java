package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.NamedProvider;
import io.agentopt.runtime.backend.ort.SessionDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The ladder of any other provider, which the property {@code agentopt.provider.<id>} names: by its library, or by the name that
 * ONNX Runtime knows it by, such as {@code OpenVINO}. No driver is asked.
 */
final class PluginProbe implements Probe {
    static final String PREFIX = "agentopt.provider.";

    private final String id;

    private PluginProbe(String id) {
        this.id = id;
    }

    /** {@return a probe for every provider that a property names, by name of property} */
    static List<PluginProbe> configured() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(p ->
                        p.startsWith(PREFIX) && p.indexOf('.', PREFIX.length()) < 0 && p.length() > PREFIX.length())
                .sorted()
                .map(p -> new PluginProbe(p.substring(PREFIX.length())))
                .toList();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Optional<ProviderConfig> config() {
        return ProviderConfig.of(id, PREFIX + id);
    }

    @Override
    public String surroundings() {
        return "";
    }

    @Override
    public List<DetectedDevice> climb(Consumer<String> stage) {
        Optional<ProviderConfig> config = config();
        if (config.isEmpty()) {
            return List.of(stopped(
                    Rung.NOT_CONFIGURED,
                    "Set the property " + PREFIX + id + " to an execution provider library, or to the name of one that"
                            + " is inside ONNX Runtime."));
        }
        ProviderLadder ladder = new ProviderLadder(config.get(), stage);
        if (!config.get().isLibrary()) return List.of(named(ladder, config.get().named()));
        Optional<ProviderLadder.Stopped> stop = ladder.checked();
        if (stop.isPresent())
            return List.of(stopped(stop.get().rung(), stop.get().reason()));
        return switch (ladder.registered()) {
            case ProviderLadder.Stopped s -> List.of(stopped(s.rung(), s.reason()));
            case ProviderLadder.Devices d
            when d.devices().isEmpty() ->
                List.of(stopped(
                        Rung.NO_DEVICE,
                        "The provider '" + config.get().library() + "' finds no device on this machine."));
            case ProviderLadder.Devices d -> {
                List<DetectedDevice> found = new ArrayList<>();
                for (EpDevice ep : d.devices()) found.add(smoked(ladder, ep, found.size()));
                yield List.copyOf(found);
            }
        };
    }

    private DetectedDevice named(ProviderLadder ladder, NamedProvider provider) {
        Optional<String> failure = ladder.smoke(provider);
        return device(id, "", DetectedDevice.Kind.CPU, provider, failure);
    }

    private DetectedDevice smoked(ProviderLadder ladder, EpDevice ep, int number) {
        DetectedDevice.Kind kind = switch (ep.hardware()) {
            case CPU -> DetectedDevice.Kind.CPU;
            case GPU -> DetectedDevice.Kind.GPU;
            case NPU -> DetectedDevice.Kind.NPU;
        };
        return device(id + ":" + number, ep.vendor(), kind, ep, ladder.smoke(ep));
    }

    private static DetectedDevice device(
            String name, String vendor, DetectedDevice.Kind kind, SessionDevice provider, Optional<String> failure) {
        boolean ready = failure.isEmpty();
        return new DetectedDevice(
                name,
                vendor,
                kind,
                provider.toString(),
                ready ? Rung.READY : Rung.SMOKE_FAILED,
                failure.orElse(provider.provider() + " ran a model and the numbers were right."),
                0,
                ready ? OperatorCoverage.on(provider) : Map.of(),
                ready ? Optional.of(provider) : Optional.empty());
    }

    @Override
    public DetectedDevice stopped(Rung rung, String reason) {
        return new DetectedDevice(id, "", DetectedDevice.Kind.CPU, "", rung, reason, 0, Map.of(), Optional.empty());
    }
}
