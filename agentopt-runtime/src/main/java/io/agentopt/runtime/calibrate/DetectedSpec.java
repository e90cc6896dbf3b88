package io.agentopt.runtime.calibrate;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.runtime.device.DetectedDevice;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A detected device as the planner wants it, under the name it was detected by. */
public final class DetectedSpec {
    private DetectedSpec() {}

    /**
     * {@return the CPU as {@link LocalMachine} describes it; any other device by the packaged catalog's device that its name speaks of, of
     * those the one whose memory is nearest}
     *
     * @throws IllegalArgumentException if the catalog has none of that name
     */
    public static DeviceSpec of(DetectedDevice device) {
        return device.kind() == DetectedDevice.Kind.CPU
                ? LocalMachine.describe(device)
                : of(device, DeviceCatalog.packaged());
    }

    static DeviceSpec of(DetectedDevice device, DeviceCatalog catalog) {
        List<String> words = List.of(device.name().toUpperCase(Locale.ROOT).split("[^A-Z0-9+]+"));
        return catalog.devices().stream()
                .filter(d -> d.kind() != DeviceKind.CPU)
                .filter(d -> device.vendor().isEmpty() || d.vendor().equalsIgnoreCase(device.vendor()))
                .filter(d -> words.contains(family(d)))
                .min(Comparator.comparing((DeviceSpec d) ->
                                Math.abs(Math.log(d.memoryBytes() / Math.max(1.0, device.memoryBytes()))) > 0.15)
                        .thenComparing(d -> words.contains("PCIE")
                                != d.id().toUpperCase(Locale.ROOT).contains("PCIE"))
                        .thenComparingDouble(d -> Math.abs(d.memoryBytes() - device.memoryBytes())))
                .map(d -> d.named(device.id()))
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "The device '" + device.id() + "' (" + device.name()
                                        + ") is not in the packaged catalog, so its peak rates are unknown. Give its DeviceSpec beside it."));
    }

    /** The product, without how it is built in: A100 of A100-80GB-SXM. */
    private static String family(DeviceSpec device) {
        return device.id().toUpperCase(Locale.ROOT).split("-", 2)[0];
    }
}
