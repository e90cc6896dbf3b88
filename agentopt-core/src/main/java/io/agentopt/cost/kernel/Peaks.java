package io.agentopt.cost.kernel;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.OptionalDouble;

/** Dense rates, or a clear word where there is none. */
final class Peaks {
    private Peaks() {}

    static double of(DeviceSpec device, Precision precision) {
        OptionalDouble peak = device.peakFlops(precision);
        if (peak.isEmpty()) {
            throw new IllegalArgumentException("Device '" + device.id() + "' has no known " + precision.id()
                    + " rate. Use one of " + device.densePeakFlops().keySet() + ", or add the rate in a device file.");
        }
        return peak.getAsDouble();
    }
}
