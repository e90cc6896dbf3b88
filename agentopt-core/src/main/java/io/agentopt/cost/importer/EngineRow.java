package io.agentopt.cost.importer;

import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.Objects;

/**
 * A measured time of a serving engine.
 *
 * @param group rows that share fitted terms: device, engine and number format
 * @param model the file's name of the model
 * @param measurement what was measured, and how long it took
 */
public record EngineRow(String group, String model, EngineMeasurement measurement) {
    public EngineRow {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(measurement, "measurement");
    }

    /** Rejects a measurement that the device's peaks do not allow, or of a number format that it has no rate for. */
    static EngineMeasurement possible(EngineMeasurement measurement, String place) {
        DeviceSpec device = measurement.deployment().device();
        Precision format = measurement.deployment().model().compute();
        if (device.peakFlops(format).isEmpty()) {
            throw new RejectedRow("no rate of '" + device.id() + "' for " + format.id() + " is known", place);
        }
        if (measurement.impossible()) {
            throw new RejectedRow(
                    "faster than the device's peaks allow",
                    place + ", " + measurement.seconds() + " s against " + measurement.idealSeconds() + " s");
        }
        return measurement;
    }
}
