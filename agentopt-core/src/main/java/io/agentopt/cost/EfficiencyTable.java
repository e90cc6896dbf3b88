package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Efficiencies by device, class of work and, where it matters, number format. Immutable. What the table does not hold is generic for the
 * kind of device.
 */
public final class EfficiencyTable {
    private static final EfficiencyTable GENERIC = new EfficiencyTable(Map.of());

    private final Map<String, Map<OperatorClass, Formats>> byDevice;

    /** Efficiencies of a device for a class of work: by format, and for every other format. */
    private record Formats(@Nullable DeviceEfficiency any, Map<Precision, DeviceEfficiency> exact) {}

    private EfficiencyTable(Map<String, Map<OperatorClass, Formats>> byDevice) {
        this.byDevice = byDevice;
    }

    /** {@return a table that knows no device} */
    public static EfficiencyTable generic() {
        return GENERIC;
    }

    /** {@return this table with an efficiency for a device and a class of work, in every number format that has none of its own} */
    public EfficiencyTable with(String deviceId, OperatorClass work, DeviceEfficiency efficiency) {
        return with(deviceId, work, new Formats(efficiency, formats(deviceId, work).exact));
    }

    /** {@return this table with an efficiency for a device, a class of work and a number format} */
    public EfficiencyTable with(String deviceId, OperatorClass work, Precision precision, DeviceEfficiency efficiency) {
        Formats old = formats(deviceId, work);
        Map<Precision, DeviceEfficiency> exact = new EnumMap<>(Precision.class);
        exact.putAll(old.exact);
        exact.put(precision, efficiency);
        return with(deviceId, work, new Formats(old.any, exact));
    }

    /** {@return the efficiency of a device for a class of work: of the format, else of the class, else generic} */
    public DeviceEfficiency find(DeviceSpec device, OperatorClass work, Precision precision) {
        Map<OperatorClass, Formats> classes = byDevice.get(device.id());
        Formats formats = classes == null ? null : classes.get(work);
        if (formats != null) {
            DeviceEfficiency exact = formats.exact.get(precision);
            if (exact != null) return exact;
            if (formats.any != null) return formats.any;
        }
        return GenericEfficiency.of(device, work);
    }

    /**
     * One line of the table.
     *
     * @param deviceId id of a device
     * @param operatorClass kind of work
     * @param precision number format; empty where the line holds for every format without a line of its own
     * @param efficiency the terms
     */
    public record Entry(
            String deviceId, OperatorClass operatorClass, Optional<Precision> precision, DeviceEfficiency efficiency) {}

    /** {@return every line, by device id, class and format} */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        new TreeMap<>(byDevice)
                .forEach((device, classes) -> classes.forEach((work, formats) -> {
                    if (formats.any != null) entries.add(new Entry(device, work, Optional.empty(), formats.any));
                    formats.exact.forEach(
                            (precision, e) -> entries.add(new Entry(device, work, Optional.of(precision), e)));
                }));
        return List.copyOf(entries);
    }

    /** {@return this table with another's lines, which win where both have one} */
    public EfficiencyTable plus(EfficiencyTable other) {
        EfficiencyTable table = this;
        for (Entry e : other.entries()) {
            table = e.precision.isPresent()
                    ? table.with(e.deviceId, e.operatorClass, e.precision.get(), e.efficiency)
                    : table.with(e.deviceId, e.operatorClass, e.efficiency);
        }
        return table;
    }

    private Formats formats(String deviceId, OperatorClass work) {
        return byDevice.getOrDefault(deviceId, Map.of()).getOrDefault(work, new Formats(null, Map.of()));
    }

    private EfficiencyTable with(String deviceId, OperatorClass work, Formats formats) {
        Map<OperatorClass, Formats> classes = new EnumMap<>(OperatorClass.class);
        classes.putAll(byDevice.getOrDefault(deviceId, Map.of()));
        classes.put(work, formats);
        Map<String, Map<OperatorClass, Formats>> copy = new HashMap<>(byDevice);
        copy.put(deviceId, classes);
        return new EfficiencyTable(copy);
    }
}
