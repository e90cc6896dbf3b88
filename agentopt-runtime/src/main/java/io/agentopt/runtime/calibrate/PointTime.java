package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Measurement;
import java.util.Objects;

/**
 * A point that was timed.
 *
 * @param modelId the model
 * @param point what was timed
 * @param measurement its work and the median of its times
 * @param runs number of times
 * @param heldOut whether it was kept from the fit, to try the fit on
 */
public record PointTime(String modelId, CalibrationPoint point, Measurement measurement, int runs, boolean heldOut) {
    public PointTime {
        Objects.requireNonNull(modelId, "modelId");
        Objects.requireNonNull(point, "point");
        Objects.requireNonNull(measurement, "measurement");
    }
}
