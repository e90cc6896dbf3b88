package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.HashMap;
import java.util.Map;

/**
 * Efficiencies by device, class of work and, where it matters, number format. Immutable. What the table does not hold is generic for the
 * kind of device.
 */
public final class EfficiencyTable {
    private static final int CLASSES = OperatorClass.values().length;
    private static final int FORMATS = Precision.values().length + 1; // slot 0: any format

    private static final EfficiencyTable GENERIC = new EfficiencyTable(Map.of());

    private final Map<String, DeviceEfficiency[]> byDevice;

    private EfficiencyTable(Map<String, DeviceEfficiency[]> byDevice) {
        this.byDevice = byDevice;
    }

    /** {@return a table that knows no device} */
    public static EfficiencyTable generic() {
        return GENERIC;
    }

    /** {@return this table with an efficiency for a device and a class of work, in every number format that has none of its own} */
    public EfficiencyTable with(String deviceId, OperatorClass work, DeviceEfficiency efficiency) {
        return with(deviceId, work.ordinal() * FORMATS, efficiency);
    }

    /** {@return this table with an efficiency for a device, a class of work and a number format} */
    public EfficiencyTable with(String deviceId, OperatorClass work, Precision precision, DeviceEfficiency efficiency) {
        return with(deviceId, work.ordinal() * FORMATS + 1 + precision.ordinal(), efficiency);
    }

    private EfficiencyTable with(String deviceId, int slot, DeviceEfficiency efficiency) {
        Map<String, DeviceEfficiency[]> copy = new HashMap<>(byDevice);
        DeviceEfficiency[] old = copy.get(deviceId);
        DeviceEfficiency[] slots = old == null ? new DeviceEfficiency[CLASSES * FORMATS] : old.clone();
        slots[slot] = efficiency;
        copy.put(deviceId, slots);
        return new EfficiencyTable(copy);
    }

    /** {@return the efficiency of a device for a class of work: of the format, else of the class, else generic} */
    public DeviceEfficiency find(DeviceSpec device, OperatorClass work, Precision precision) {
        DeviceEfficiency[] slots = byDevice.get(device.id());
        if (slots != null) {
            int first = work.ordinal() * FORMATS;
            DeviceEfficiency exact = slots[first + 1 + precision.ordinal()];
            if (exact != null) return exact;
            if (slots[first] != null) return slots[first];
        }
        return GenericEfficiency.of(device, work);
    }
}
