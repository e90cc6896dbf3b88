package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.Estimate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a calibration found: terms, a correction between its points, and how far to trust them. */
public final class EngineFit {
    private static final double OUTSIDE = 2; // how much wider the spread is beyond the calibration rows

    private final EngineTerms terms;
    private final LoadFeatures features;
    private final Optional<ResidualInterpolation> correction;
    private final EngineForm form;
    private final int used;
    private final List<String> rejected;
    private final double inSampleError;
    private final double validatedError;

    EngineFit(
            EngineTerms terms,
            LoadFeatures features,
            Optional<ResidualInterpolation> correction,
            EngineForm form,
            int used,
            List<String> rejected,
            double inSampleError,
            double validatedError) {
        this.terms = terms;
        this.features = features;
        this.correction = correction;
        this.form = form;
        this.used = used;
        this.rejected = List.copyOf(rejected);
        this.inSampleError = inSampleError;
        this.validatedError = validatedError;
    }

    /**
     * {@return the time of a load on a deployment; beyond the loads of the calibration rows its spread is twice as wide}
     *
     * @throws IllegalArgumentException if the device has no rate for the model's number format
     */
    public Estimate.Known seconds(Deployment deployment, EngineLoad load, EngineMetric metric) {
        Estimate.Known plain = EngineModel.seconds(deployment, load, metric, terms);
        EngineMeasurement at = new EngineMeasurement(deployment, load, metric, 1);
        return new Estimate.Known(
                plain.seconds() * factor(at), relativeSpread(at), terms.confidence(), plain.breakdown());
    }

    /** {@return what the rows nearby say that the terms miss} */
    double factor(EngineMeasurement at) {
        return correction.map(c -> c.factor(features.point(at))).orElse(1.0);
    }

    /** {@return one standard deviation of the error of a load, as a share} */
    double relativeSpread(EngineMeasurement at) {
        return terms.relativeSpread() * (features.covers(at) ? 1 : OUTSIDE);
    }

    /** {@return terms that come from elsewhere than rows of an engine, as if fitted} */
    public static EngineFit of(EngineTerms terms) {
        return new EngineFit(terms, LoadFeatures.everywhere(), Optional.empty(), EngineForm.RATES, 0, List.of(), 0, 0);
    }

    /** {@return this fit, its rows known in another way: {@link Confidence#MEASURED} where they were taken on this machine} */
    public EngineFit as(Confidence confidence) {
        return new EngineFit(
                terms.as(confidence, terms.relativeSpread()),
                features,
                correction,
                form,
                used,
                rejected,
                inSampleError,
                validatedError);
    }

    LoadFeatures features() {
        return features;
    }

    Optional<ResidualInterpolation> correction() {
        return correction;
    }

    EngineForm form() {
        return form;
    }

    /** {@return the fitted terms} */
    public EngineTerms terms() {
        return terms;
    }

    /** {@return rows that entered the fit} */
    public int used() {
        return used;
    }

    /** {@return why each of the other rows did not} */
    public List<String> rejected() {
        return rejected;
    }

    /** {@return mean absolute log error on the rows of the fit, without the correction} */
    public double inSampleError() {
        return inSampleError;
    }

    /** {@return the same on rows that their fit did not see, by cross-validation} */
    public double validatedError() {
        return validatedError;
    }

    /** {@return the leave-one-out error with the correction, where there is one} */
    public Optional<Double> correctedError() {
        return correction.map(ResidualInterpolation::leaveOneOutError);
    }

    /** {@return one line: rows, form, errors, terms} */
    public String report() {
        return String.format(
                Locale.ROOT,
                "%d rows (%d rejected), form %s, error %.1f %% in sample, %.1f %% cross-validated%s; %s",
                used,
                rejected.size(),
                form,
                100 * inSampleError,
                100 * validatedError,
                correctedError()
                        .map(e -> String.format(Locale.ROOT, ", %.1f %% corrected", 100 * e))
                        .orElse(""),
                terms);
    }
}
