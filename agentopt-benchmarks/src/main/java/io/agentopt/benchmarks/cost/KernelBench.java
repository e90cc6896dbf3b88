package io.agentopt.benchmarks.cost;

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
import java.util.function.ToDoubleFunction;

/**
 * Rows of one metric, predicted in three ways: calibrated, by the plain roofline, and by generic terms. A metric may add up several parts
 * that are calibrated apart, such as one number of devices each.
 */
final class KernelBench {
    private final String set;
    private final List<double[]> rows = new ArrayList<>(); // measured, calibrated, plain, generic
    private int rejected;

    KernelBench(String set) {
        this.set = set;
    }

    /** Counts rows that an importer rejected. */
    void rejected(Map<String, Integer> reasons) {
        rejected += reasons.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Calibrates on so many points of the shapes that are not held out, and predicts every row of those that are. */
    <S extends KernelShape> KernelFit<S> splitByShape(
            KernelForm<S> form, List<KernelMeasurement<S>> calibrate, List<KernelMeasurement<S>> test, int points) {
        List<KernelMeasurement<S>> chosen =
                ShapeSplit.calibration(KernelCalibration.plausible(form, calibrate, new HashMap<>()), points);
        KernelFit<S> fit = KernelCalibration.fit(form, chosen, Confidence.IMPORTED);
        System.out.println("  " + set + ": " + fit);
        predict(form, fit.model(), PlainRoofline.fit(form, chosen), ShapeSplit.test(plausible(form, test)));
        return fit;
    }

    /** Predicts every row with a model and a plain roofline that saw other devices. */
    <S extends KernelShape> void predict(
            KernelForm<S> form, KernelModel<S> model, ToDoubleFunction<S> plain, List<KernelMeasurement<S>> test) {
        KernelModel<S> generic = KernelModel.generic(form);
        for (KernelMeasurement<S> m : test) {
            rows.add(new double[] {
                m.seconds(), model.seconds(m.shape()), plain.applyAsDouble(m.shape()), generic.seconds(m.shape())
            });
        }
    }

    /** {@return rows that physics and units allow; the others count as rejected} */
    <S extends KernelShape> List<KernelMeasurement<S>> plausible(KernelForm<S> form, List<KernelMeasurement<S>> test) {
        Map<String, Integer> reasons = new HashMap<>();
        List<KernelMeasurement<S>> rows = KernelCalibration.plausible(form, test, reasons);
        rejected(reasons);
        return rows;
    }

    /** Prints the three ways and gives the metric. */
    io.agentopt.benchmarks.Metric metric(double goal) {
        debug();
        summary("generic", 3).print();
        ErrorSummary plain = summary("plain roofline, calibrated", 2).print();
        return summary("calibrated", 1).print().metric(goal, plain);
    }

    void debug() {
        java.util.Map<Integer, double[]> b = new java.util.TreeMap<>();
        for (double[] r : rows) {
            int k = (int) Math.floor(Math.log10(r[0]) * 2);
            double[] q = b.computeIfAbsent(k, x -> new double[3]);
            double e = Math.log(r[1] / r[0]);
            q[0]++;
            q[1] += e;
            q[2] += Math.abs(e);
        }
        b.forEach((k, q) -> System.out.printf(
                "   t~%.1e n=%d bias %.3f mad %.3f%n", Math.pow(10, k / 2.0), (int) q[0], q[1] / q[0], q[2] / q[0]));
    }

    private ErrorSummary summary(String terms, int column) {
        double[] measured = rows.stream().mapToDouble(r -> r[0]).toArray();
        double[] predicted = rows.stream().mapToDouble(r -> r[column]).toArray();
        return ErrorSummary.of(set, terms, predicted, measured, rejected);
    }
}
