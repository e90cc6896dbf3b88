package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.KernelCalibration;
import io.agentopt.cost.kernel.KernelFit;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Rows of one metric, predicted in three ways: calibrated, by the plain roofline, and by generic terms. A metric may add up several parts
 * that are calibrated apart, such as one number of devices each.
 */
final class KernelBench {
    private final String set;
    private final int draws;
    private final List<double[]> rows = new ArrayList<>(); // measured, calibrated, plain, generic
    private int rejected;

    KernelBench(String set, DataFolders folders) {
        this.set = set;
        draws = folders.draws(ShapeSplit.DRAWS);
    }

    /** Counts rows that an importer rejected. */
    void rejected(Map<String, Integer> reasons) {
        rejected += reasons.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Calibrates on so many points of the shapes that are not held out, and predicts every row of those that are; once a draw. */
    <S extends KernelShape> void splitByShape(
            KernelForm<S> form, List<KernelMeasurement<S>> calibrate, List<KernelMeasurement<S>> test, int points) {
        splitByShape(form, form::idealSeconds, calibrate, test, points);
    }

    /** The same against a plain roofline that knows another ideal time. */
    <S extends KernelShape> void splitByShape(
            KernelForm<S> form,
            ToDoubleFunction<S> plainIdeal,
            List<KernelMeasurement<S>> calibrate,
            List<KernelMeasurement<S>> test,
            int points) {
        List<KernelMeasurement<S>> rows = ShapeSplit.test(plausible(form, test));
        for (int draw = 1; draw <= draws; draw++) {
            List<KernelMeasurement<S>> chosen = chosen(form, calibrate, points, draw);
            KernelFit<S> fit = KernelCalibration.fit(form, chosen, Confidence.IMPORTED);
            if (draw == 1) System.out.println("  " + set + ": " + fit);
            predict(form, fit.model(), PlainRoofline.fit(plainIdeal, chosen, plainIdeal), rows);
        }
    }

    /** Calibrates on so many points and predicts every row of the test folder whose shape none of them has; once a draw. */
    <S extends KernelShape> void splitByFolder(
            KernelForm<S> form, List<KernelMeasurement<S>> calibrate, List<KernelMeasurement<S>> test, int points) {
        List<KernelMeasurement<S>> rows = plausible(form, test);
        for (int draw = 1; draw <= draws; draw++) {
            List<KernelMeasurement<S>> chosen = chosen(form, calibrate, points, draw);
            Set<Long> seen = chosen.stream().map(m -> m.shape().family()).collect(Collectors.toSet());
            KernelFit<S> fit = KernelCalibration.fit(form, chosen, Confidence.IMPORTED);
            if (draw == 1) System.out.println("  " + set + ": " + fit);
            predict(
                    form,
                    fit.model(),
                    PlainRoofline.fit(form::idealSeconds, chosen, form::idealSeconds),
                    rows.stream()
                            .filter(m -> !seen.contains(m.shape().family()))
                            .toList());
        }
    }

    /** Splits by shape where both folders are the same, else by folder. */
    <S extends KernelShape> void split(
            KernelForm<S> form,
            List<KernelMeasurement<S>> calibrate,
            List<KernelMeasurement<S>> test,
            boolean same,
            int points) {
        if (same) splitByShape(form, calibrate, test, points);
        else splitByFolder(form, calibrate, test, points);
    }

    /** Calibrates on so many points of another device and predicts every row of this one; once a draw. */
    <S extends KernelShape> void transfer(
            KernelForm<S> from,
            KernelForm<S> to,
            List<KernelMeasurement<S>> calibrate,
            List<KernelMeasurement<S>> test,
            int points) {
        List<KernelMeasurement<S>> rows = plausible(to, test);
        for (int draw = 1; draw <= draws; draw++) {
            List<KernelMeasurement<S>> chosen = chosen(from, calibrate, points, draw);
            KernelFit<S> fit = KernelCalibration.fit(from, chosen, Confidence.IMPORTED);
            predict(
                    to,
                    fit.model().on(to.device()),
                    PlainRoofline.fit(from::idealSeconds, chosen, to::idealSeconds),
                    rows);
        }
    }

    private static <S extends KernelShape> List<KernelMeasurement<S>> chosen(
            KernelForm<S> form, List<KernelMeasurement<S>> calibrate, int points, int draw) {
        return ShapeSplit.calibration(KernelCalibration.plausible(form, calibrate, new HashMap<>()), points, draw);
    }

    private <S extends KernelShape> void predict(
            KernelForm<S> form, KernelModel<S> model, ToDoubleFunction<S> plain, List<KernelMeasurement<S>> test) {
        KernelModel<S> generic = KernelModel.generic(form);
        for (KernelMeasurement<S> m : test) {
            rows.add(new double[] {
                m.seconds(), model.seconds(m.shape()), plain.applyAsDouble(m.shape()), generic.seconds(m.shape())
            });
        }
    }

    /** {@return rows that physics and units allow; the others count as rejected} */
    private <S extends KernelShape> List<KernelMeasurement<S>> plausible(
            KernelForm<S> form, List<KernelMeasurement<S>> test) {
        Map<String, Integer> reasons = new HashMap<>();
        List<KernelMeasurement<S>> rows = KernelCalibration.plausible(form, test, reasons);
        rejected(reasons);
        return rows;
    }

    /** Adds the three ways to the table and gives the metric, with its goal if it has one; none if no row was left to predict. */
    Optional<Metric> metric(Map<String, Double> goals) {
        if (rows.isEmpty()) {
            System.out.println("  " + set + ": no row to test; rejected " + rejected);
            return Optional.empty();
        }
        summary("generic", 3).print();
        ErrorSummary plain = summary("plain roofline, calibrated", 2).print();
        ErrorSummary ours = summary("calibrated", 1).print();
        Double goal = goals.get(set);
        return Optional.of(goal == null ? ours.metric(plain) : ours.metric(goal, plain));
    }

    /** Prints the three ways and gives the metric, which has no goal. */
    Metric metric() {
        summary("generic", 3).print();
        ErrorSummary plain = summary("plain roofline, calibrated", 2).print();
        return summary("calibrated", 1).print().metric(plain);
    }

    private ErrorSummary summary(String terms, int column) {
        double[] measured = rows.stream().mapToDouble(r -> r[0]).toArray();
        double[] predicted = rows.stream().mapToDouble(r -> r[column]).toArray();
        return ErrorSummary.of(set, terms, predicted, measured, draws, rejected);
    }
}
