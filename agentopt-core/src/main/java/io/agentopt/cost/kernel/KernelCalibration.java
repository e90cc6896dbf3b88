package io.agentopt.cost.kernel;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.kernel.ResidualCorrection.Reach;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fits a form to measurements of one device in three stages, each kept only if cross-validation over families of shapes says that it helps:
 * generic terms, fitted terms, fitted terms with a correction by measured kernels nearby. The folds are chosen by family, so what is compared
 * is the error on shapes that no fit has seen.
 */
public final class KernelCalibration {
    private static final int FOLDS = 5;
    private static final int LEAST = 5;
    private static final double SLOWEST = 300; // times the generic estimate
    private static final double GAIN = 0.98; // a stage must lower the error to this share of what it was
    private static final double[] SIZES = {0.35, 0.7, 1.5, 3, 6};
    private static final double[] LAYOUTS = {1.5, 3, 6, 12};
    private static final double[] RIDGES = {0.01, 0.03, 0.1, 0.3, 1, 3};

    private KernelCalibration() {}

    /**
     * Fits measurements of one device.
     *
     * @param form the equation, for that device
     * @param measured of that device; 200 well-spread ones settle everything, 25 already help, and with fewer than 5, or if more than half
     *     are impossible, the model stays generic
     * @param confidence {@link Confidence#MEASURED} or {@link Confidence#IMPORTED}
     */
    public static <S extends KernelShape> KernelFit<S> fit(
            KernelForm<S> form, List<KernelMeasurement<S>> measured, Confidence confidence) {
        Map<String, Integer> rejected = new HashMap<>();
        List<KernelMeasurement<S>> points = plausible(form, measured, rejected);
        KernelModel<S> generic = KernelModel.generic(form);
        double genericError = logError(generic, points);
        // Small kernels are slow against the peaks, so times in a wrong unit can look possible where most others do
        // not.
        if (points.size() < LEAST || points.size() < measured.size() / 2) {
            return new KernelFit<>(generic, points.size(), rejected, relative(genericError), Double.NaN, Double.NaN);
        }
        CrossValidation<S> validation = new CrossValidation<>(form, points, FOLDS);
        double fittedError = validation.fittedError();
        if (fittedError > GAIN * genericError) {
            return new KernelFit<>(
                    generic, points.size(), rejected, relative(genericError), relative(fittedError), Double.NaN);
        }
        Reach best = new Reach(1, 1, false, 1);
        double correctedError = Double.POSITIVE_INFINITY;
        for (Reach reach : reaches(form)) {
            double error = validation.correctedError(reach);
            if (error < correctedError) {
                correctedError = error;
                best = reach;
            }
        }
        double[] terms = BoundedFit.terms(form, points);
        boolean correct = correctedError < GAIN * fittedError;
        ResidualCorrection correction =
                correct ? ResidualCorrection.fit(form, points, residuals(form, terms, points), best) : null;
        double spread =
                Math.max(0.02, 1.25 * (correct ? correctedError : fittedError)); // from mean to standard deviation
        return new KernelFit<>(
                new KernelModel<>(form, terms, correction, confidence, spread),
                points.size(),
                rejected,
                relative(genericError),
                relative(fittedError),
                relative(correctedError));
    }

    private static List<Reach> reaches(KernelForm<?> form) {
        double[] layouts = form.features() > form.sizeFeatures() ? LAYOUTS : new double[] {1};
        boolean[] phases = form.phaseFeatures() > 0 ? new boolean[] {false, true} : new boolean[] {false};
        List<Reach> reaches = new ArrayList<>();
        for (boolean phase : phases) {
            for (double size : SIZES) {
                for (double layout : layouts) {
                    for (double ridge : RIDGES) reaches.add(new Reach(size, layout, phase, ridge));
                }
            }
        }
        return reaches;
    }

    /** {@return the measurements that physics and units allow; the others are counted by reason} */
    public static <S extends KernelShape> List<KernelMeasurement<S>> plausible(
            KernelForm<S> form, List<KernelMeasurement<S>> measured, Map<String, Integer> rejected) {
        List<KernelMeasurement<S>> points = new ArrayList<>();
        double[] generic = form.generic();
        for (KernelMeasurement<S> m : measured) {
            if (m.seconds() * DeviceEfficiency.MOST < form.idealSeconds(m.shape())) {
                rejected.merge("faster than the peaks of '" + form.device().id() + "' allow", 1, Integer::sum);
            } else if (m.seconds() > SLOWEST * form.seconds(m.shape(), generic)) {
                rejected.merge("over 300 times slower than expected: another unit of time?", 1, Integer::sum);
            } else {
                points.add(m);
            }
        }
        return points;
    }

    static <S extends KernelShape> double[] residuals(
            KernelForm<S> form, double[] terms, List<KernelMeasurement<S>> points) {
        double[] residuals = new double[points.size()];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = Math.log(
                    points.get(i).seconds() / form.seconds(points.get(i).shape(), terms));
        }
        return residuals;
    }

    private static <S extends KernelShape> double logError(KernelModel<S> model, List<KernelMeasurement<S>> points) {
        return points.stream()
                .mapToDouble(m -> Math.abs(Math.log(m.seconds() / model.seconds(m.shape()))))
                .average()
                .orElse(0);
    }

    private static double relative(double logError) {
        return Math.expm1(logError);
    }
}
