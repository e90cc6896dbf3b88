package io.agentopt.runtime.calibrate;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.engine.MeasuredModel;
import io.agentopt.model.Precision;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a calibration found for a kind of work.
 *
 * @param operatorClass kind of work
 * @param precision number format of its arithmetic
 * @param calibration fit of the points that were not held out
 * @param crossValidatedError median of |predicted / measured - 1| of points that the fit of the others predicted; empty where there were
 *     too few
 * @param heldOutError the same of points that no fit saw
 * @param model the model whose points alone were fitted; empty for the fit of all, which is for models that were not measured
 */
public record FittedWork(
        OperatorClass operatorClass,
        Precision precision,
        Calibration calibration,
        OptionalDouble crossValidatedError,
        OptionalDouble heldOutError,
        Optional<MeasuredModel> model) {
    public FittedWork {
        Objects.requireNonNull(operatorClass, "operatorClass");
        Objects.requireNonNull(precision, "precision");
        Objects.requireNonNull(calibration, "calibration");
        Objects.requireNonNull(model, "model");
    }

    /** {@return a line for people} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s in %s%s: %d points fitted, median error %s in sample, %s cross-validated, %s held out",
                operatorClass.name().toLowerCase(Locale.ROOT),
                precision.id(),
                model.map(m -> " of " + m.id()).orElse(""),
                calibration.used(),
                percent(OptionalDouble.of(calibration.medianRelativeError())),
                percent(crossValidatedError),
                percent(heldOutError));
    }

    private static String percent(OptionalDouble error) {
        return error.isEmpty() ? "none" : String.format(Locale.ROOT, "%.1f %%", 100 * error.getAsDouble());
    }
}
