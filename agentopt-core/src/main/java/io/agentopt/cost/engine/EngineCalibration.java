package io.agentopt.cost.engine;

import io.agentopt.cost.Confidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Fits {@link EngineTerms} to measured rows, in stages: terms start at the kernels' (or at a fit of all groups together) and stay near
 * where no row tells; a form of fewer terms takes over where its cross-validated error is clearly smaller; what remains is interpolated
 * if leaving points out says that it helps. Everything is chosen inside the rows that are given.
 */
public final class EngineCalibration {
    private static final int FOLDS = 5;
    private static final int LEAST_ROWS_TO_VALIDATE = 3;
    private static final long SEED = 20_250_719;

    private final List<EngineMeasurement> rows = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private final EngineTerms start;
    private final EngineWork[] work;
    private final double[] seconds;

    private EngineCalibration(List<EngineMeasurement> measurements, EngineTerms start) {
        this.start = start;
        measurements.forEach(this::admit);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(
                    measurements.isEmpty()
                            ? "There are no measurements to fit engine terms to. Import at least one, or use EngineTerms.generic."
                            : "None of " + measurements.size() + " measurements is possible: " + rejected.getFirst());
        }
        work = rows.stream()
                .map(m -> EngineWork.of(m.deployment(), m.load(), m.metric()))
                .toArray(EngineWork[]::new);
        seconds = rows.stream().mapToDouble(EngineMeasurement::seconds).toArray();
    }

    /**
     * Fits rows of one device, engine and number format, at any loads and degrees of tensor parallelism, from the generic terms of the
     * first row's device.
     *
     * @throws IllegalArgumentException if there is no row, or none is possible
     */
    public static EngineFit fit(List<EngineMeasurement> rows) {
        if (rows.isEmpty()) return fit(rows, EngineTerms.of(middle(), Confidence.GENERIC, 1));
        return fit(rows, EngineTerms.generic(rows.getFirst().deployment().device()));
    }

    /**
     * Fits rows, starting at and staying near given terms.
     *
     * @throws IllegalArgumentException if there is no row, or none is possible
     */
    public static EngineFit fit(List<EngineMeasurement> rows, EngineTerms start) {
        return new EngineCalibration(rows, start).run();
    }

    /**
     * Fits groups (device, engine, number format) that resemble each other: all rows together first, then each group from there, so that
     * a group of three rows borrows what it cannot tell.
     *
     * @throws IllegalArgumentException if there is no row, or a group has none that is possible
     */
    public static Map<String, EngineFit> fitGroups(Map<String, List<EngineMeasurement>> groups) {
        List<EngineMeasurement> all = new ArrayList<>();
        groups.values().forEach(all::addAll);
        EngineTerms together = fit(all).terms();
        Map<String, EngineFit> fits = new LinkedHashMap<>();
        groups.forEach((name, rows) -> fits.put(name, fit(rows, together)));
        return fits;
    }

    private void admit(EngineMeasurement m) {
        if (m.impossible()) {
            rejected.add(String.format(
                    Locale.ROOT,
                    "%s of '%s' on %d x '%s', %s: %.4g s, the peaks allow %.4g s",
                    m.metric(),
                    m.deployment().model().id(),
                    m.deployment().tensorParallel(),
                    m.deployment().device().id(),
                    m.load(),
                    m.seconds(),
                    m.idealSeconds()));
        } else {
            rows.add(m);
        }
    }

    private EngineFit run() {
        EngineForm form = rows.size() < LEAST_ROWS_TO_VALIDATE ? EngineForm.RATES : EngineForm.ALL;
        double[] errors = validated(form);
        for (EngineForm fewer : List.of(EngineForm.FLOORS, EngineForm.RATES)) {
            if (fewer.compareTo(form) >= 0) continue;
            double[] others = validated(fewer);
            if (clearlySmaller(others, errors)) {
                form = fewer;
                errors = others;
            }
        }
        double[] terms = form.fit(work, seconds, start.vector());
        double[] residuals = logErrors(work, seconds, terms);
        LoadFeatures features = LoadFeatures.of(rows);
        Optional<ResidualInterpolation> correction = ResidualInterpolation.fit(features.points(rows), residuals);
        double error = correction.map(ResidualInterpolation::leaveOneOutError).orElse(mean(errors));
        EngineTerms fitted = EngineTerms.of(terms, Confidence.IMPORTED, Math.max(0.02, 1.25 * error));
        return new EngineFit(fitted, features, correction, form, rows.size(), rejected, mean(residuals), mean(errors));
    }

    /** Log errors of rows that their fit did not see. */
    private double[] validated(EngineForm form) {
        int n = rows.size();
        List<Integer> order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
        Collections.shuffle(order, new Random(SEED));
        int folds = Math.min(FOLDS, n);
        double[] errors = new double[n];
        for (int fold = 0; fold < folds; fold++) {
            int held = fold;
            int[] train = IntStream.range(0, n)
                    .filter(i -> folds == 1 || i % folds != held)
                    .map(order::get)
                    .toArray();
            double[] terms = form.fit(
                    IntStream.of(train).mapToObj(i -> work[i]).toArray(EngineWork[]::new),
                    IntStream.of(train).mapToDouble(i -> seconds[i]).toArray(),
                    start.vector());
            for (int i = held; i < n; i += folds) {
                int row = order.get(i);
                errors[row] = Math.log(seconds[row] / work[row].seconds(terms));
            }
        }
        return errors;
    }

    private static double[] logErrors(EngineWork[] work, double[] seconds, double[] terms) {
        double[] predicted = EngineForm.predict(work, terms);
        double[] errors = new double[seconds.length];
        for (int i = 0; i < errors.length; i++) errors[i] = Math.log(seconds[i] / predicted[i]);
        return errors;
    }

    /** Whether one set of errors is smaller by two standard errors of the paired difference: with few rows the mean alone is chance. */
    private static boolean clearlySmaller(double[] errors, double[] than) {
        int n = errors.length;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double gain = Math.abs(than[i]) - Math.abs(errors[i]);
            sum += gain;
            squares += gain * gain;
        }
        double mean = sum / n;
        double variance = Math.max(0, squares / n - mean * mean) * n / Math.max(1, n - 1);
        return mean > 2 * Math.sqrt(variance / n);
    }

    private static double mean(double[] errors) {
        double sum = 0;
        for (double error : errors) sum += Math.abs(error);
        return sum / errors.length;
    }

    private static double[] middle() {
        return Arrays.stream(EngineTerm.values())
                .mapToDouble(EngineTerm::generic)
                .toArray();
    }
}
