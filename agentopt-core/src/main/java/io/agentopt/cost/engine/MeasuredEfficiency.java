package io.agentopt.cost.engine;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.OperatorClass;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a device does a class of work in a number format, fitted to measurements of that device.
 *
 * @param device with the peaks that the efficiency is a share of
 * @param operatorClass kind of work
 * @param precision number format of its arithmetic
 * @param calibration what the fit found
 * @param heldOutError median of |predicted / measured - 1| over points that no fit saw; empty where there were none
 * @param attribution who measured
 * @param model whose passes alone were measured; empty where it holds for any model
 */
public record MeasuredEfficiency(
        DeviceSpec device,
        OperatorClass operatorClass,
        Precision precision,
        Calibration calibration,
        OptionalDouble heldOutError,
        Attribution attribution,
        Optional<MeasuredModel> model) {
    /** An efficiency that holds for any model. */
    public MeasuredEfficiency(
            DeviceSpec device,
            OperatorClass operatorClass,
            Precision precision,
            Calibration calibration,
            OptionalDouble heldOutError,
            Attribution attribution) {
        this(device, operatorClass, precision, calibration, heldOutError, attribution, Optional.empty());
    }

    public MeasuredEfficiency {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(operatorClass, "operatorClass");
        Objects.requireNonNull(precision, "precision");
        Objects.requireNonNull(calibration, "calibration");
        Objects.requireNonNull(heldOutError, "heldOutError");
        Objects.requireNonNull(attribution, "attribution");
        Objects.requireNonNull(model, "model");
        if (heldOutError.isPresent()
                && !(heldOutError.getAsDouble() >= 0 && Double.isFinite(heldOutError.getAsDouble()))) {
            throw new IllegalArgumentException("The heldOutError (" + heldOutError.getAsDouble() + ") of "
                    + operatorClass + " on device '" + device.id() + "' must be finite and at least 0.");
        }
    }

    /** {@return this for one model alone} */
    public MeasuredEfficiency of(MeasuredModel one) {
        return new MeasuredEfficiency(
                device, operatorClass, precision, calibration, heldOutError, attribution, Optional.of(one));
    }

    /** {@return whether both speak of the same work of the same model, or of any, on the same device} */
    public boolean replaces(MeasuredEfficiency other) {
        return device.id().equals(other.device.id())
                && operatorClass == other.operatorClass
                && precision == other.precision
                && model.map(MeasuredModel::id).equals(other.model.map(MeasuredModel::id));
    }
}
