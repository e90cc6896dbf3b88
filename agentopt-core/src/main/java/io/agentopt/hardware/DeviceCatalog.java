package io.agentopt.hardware;

import io.agentopt.internal.JsonValue;
import io.agentopt.internal.Nearest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Devices by name. Immutable. Files hold {@code {"format": 1, "devices": [...]}}; docs/cost-model.md lists the fields.
 */
public final class DeviceCatalog {
    private final Map<String, DeviceSpec> devices;
    private final Map<String, String> aliases;

    private DeviceCatalog(Map<String, DeviceSpec> devices, Map<String, String> aliases) {
        this.devices = devices;
        this.aliases = aliases;
    }

    /** {@return the devices that come with the library: dense peak rates, compiled from public sources} */
    public static DeviceCatalog packaged() {
        return Packaged.DENSE;
    }

    /** {@return the device table of arXiv 2507.19635 as printed, which mixes dense and sparse rates: to reproduce the paper only} */
    public static DeviceCatalog paper() {
        return Packaged.PAPER;
    }

    /**
     * Reads a user's devices.
     *
     * @throws IllegalArgumentException if the file is malformed, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static DeviceCatalog read(Path file) {
        return from(JsonValue.read(file));
    }

    /**
     * Reads the devices that a file of another kind, such as one of calibrations, brings along in its list {@code devices}; without such a
     * list there are none. Errors as in {@link #read}.
     */
    public static DeviceCatalog within(Path file) {
        return listed(JsonValue.read(file));
    }

    /** {@return these devices and another's; the other wins where both have a name} */
    public DeviceCatalog plus(DeviceCatalog other) {
        Map<String, DeviceSpec> all = new LinkedHashMap<>(devices);
        all.putAll(other.devices);
        Map<String, String> names = new LinkedHashMap<>(aliases);
        names.keySet().removeAll(other.devices.keySet());
        names.putAll(other.aliases);
        return new DeviceCatalog(all, names);
    }

    /** {@return these devices and one more, which replaces one of its name} */
    public DeviceCatalog plus(DeviceSpec device) {
        return plus(new DeviceCatalog(Map.of(device.id(), device), Map.of()));
    }

    /**
     * {@return the device with an id or an alias}
     *
     * @throws IllegalArgumentException if there is none
     */
    public DeviceSpec find(String id) {
        return known(id)
                .orElseThrow(() -> new IllegalArgumentException("The device catalog has no '" + id
                        + "'. Did you mean one of " + Nearest.to(id, devices.keySet())
                        + "? Other devices come from a file: DeviceCatalog.read."));
    }

    /** {@return the device with an id or an alias, such as the name that its driver gives it; empty if there is none} */
    public Optional<DeviceSpec> known(String id) {
        DeviceSpec device = devices.get(id);
        return Optional.ofNullable(device == null ? devices.get(aliases.getOrDefault(id, "")) : device);
    }

    /** {@return every device, in file order} */
    public List<DeviceSpec> devices() {
        return List.copyOf(devices.values());
    }

    private static DeviceCatalog from(JsonValue file) {
        file.format(1).only("format", "about", "devices").at("devices");
        return listed(file);
    }

    private static DeviceCatalog listed(JsonValue file) {
        Map<String, DeviceSpec> devices = new LinkedHashMap<>();
        Map<String, String> aliases = new LinkedHashMap<>();
        Set<String> names = JsonValue.seen();
        for (JsonValue entry : file.maybe("devices").map(JsonValue::items).orElse(List.of())) {
            DeviceSpec device = DeviceJson.read(entry);
            entry.distinct(names, device.id());
            devices.put(device.id(), device);
            for (JsonValue alias : entry.maybe("aliases").map(JsonValue::items).orElse(List.of())) {
                alias.distinct(names, alias.text());
                aliases.put(alias.text(), device.id());
            }
        }
        return new DeviceCatalog(devices, aliases);
    }

    /** Read on first use, once. */
    private static final class Packaged {
        static final DeviceCatalog DENSE = from(JsonValue.read(DeviceCatalog.class, "devices.json"));
        static final DeviceCatalog PAPER = from(JsonValue.read(DeviceCatalog.class, "devices-paper.json"));
    }
}
