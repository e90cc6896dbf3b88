package io.agentopt.cost.importer;

import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.ListPrice;
import io.agentopt.hardware.Provenance;
import io.agentopt.model.Precision;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Devices that measurement files name and the packaged catalog does not list. */
final class MeasuredDevices {
    static final DeviceSpec T4 = gpu("T4", 65e12, 16e9, 320e9, 70, 40, 1.59e9);
    static final DeviceSpec V100 = gpu("V100", 125e12, 16e9, 900e9, 300, 80, 1.53e9);

    private MeasuredDevices() {}

    private static DeviceSpec gpu(
            String id, double fp16, double memory, double bandwidth, double watts, int processors, double hertz) {
        return new DeviceSpec(
                id,
                "NVIDIA",
                DeviceKind.GPU,
                Map.of(Precision.FP16, fp16),
                memory,
                bandwidth,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.of(watts),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalInt.of(processors),
                OptionalDouble.of(hertz),
                ListPrice.UNKNOWN,
                new Provenance("vendor datasheet, not checked", false, "for imported measurements only"));
    }
}
