package io.agentopt.runtime.calibrate;

import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.hardware.DeviceSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How far a fit is off on points that it did not see: |predicted / measured - 1|.
 *
 * @param crossValidated median over the fitted points, each predicted by a fit of the others in its absence; infinite without a fit
 * @param heldOut median over the points that were held out
 * @param byPoint of each point
 */
record FitErrors(double crossValidated, OptionalDouble heldOut, Map<CalibrationPoint, Double> byPoint) {
    static final FitErrors NONE = new FitErrors(Double.POSITIVE_INFINITY, OptionalDouble.empty(), Map.of());
    private static final int FOLDS = 5;

    /**
     * {@return errors of fits of points of one class of work in one number format}
     *
     * @throws IllegalArgumentException if the device has no rate for the format
     */
    static FitErrors of(DeviceSpec device, List<PointTime> points) {
        DeviceSpec reached = reached(device, points);
        List<PointTime> fitted = points.stream().filter(p -> !p.heldOut()).toList();
        List<PointTime> held = points.stream().filter(PointTime::heldOut).toList();
        int folds = Math.min(FOLDS, fitted.size());
        if (folds < 2) return NONE;
        DeviceEfficiency all =
                LocalCalibration.fit(reached, measurements(fitted)).efficiency();
        Map<CalibrationPoint, Double> errors = new HashMap<>();
        List<Double> validated = new ArrayList<>();
        for (int fold = 0; fold < folds; fold++) {
            List<PointTime> rest = new ArrayList<>(), left = new ArrayList<>();
            for (int i = 0; i < fitted.size(); i++) (i % folds == fold ? left : rest).add(fitted.get(i));
            DeviceEfficiency fit =
                    LocalCalibration.fitNear(reached, measurements(rest), all).efficiency();
            validated.addAll(errors(reached, fit, left, errors));
        }
        if (held.isEmpty()) return new FitErrors(median(validated), OptionalDouble.empty(), errors);
        OptionalDouble heldOut = OptionalDouble.of(median(errors(reached, all, held, errors)));
        return new FitErrors(median(validated), heldOut, errors);
    }

    private static List<Measurement> measurements(List<PointTime> points) {
        return points.stream().map(PointTime::measurement).toList();
    }

    /** Errors of a fit on points that it did not see; each is also noted. */
    private static List<Double> errors(
            DeviceSpec device, DeviceEfficiency fit, List<PointTime> unseen, Map<CalibrationPoint, Double> note) {
        List<Double> errors = new ArrayList<>();
        for (PointTime p : unseen) {
            double error = error(device, fit, p.measurement());
            errors.add(error);
            note.put(p.point(), error);
        }
        return errors;
    }

    static DeviceSpec reached(DeviceSpec device, List<PointTime> points) {
        return Calibrator.atLeast(device, measurements(points));
    }

    private static double error(DeviceSpec device, DeviceEfficiency fit, Measurement m) {
        EfficiencyTable table =
                EfficiencyTable.generic().with(device.id(), m.demand().operatorClass(), fit);
        return switch (new RooflineCostModel(table).seconds(m.demand(), device, m.tensorParallel())) {
            case Estimate.Known k -> Math.abs(k.seconds() / m.seconds() - 1);
            case Estimate.Unknown u -> 1;
            case Estimate.Infeasible i -> 1;
        };
    }

    /** {@return the error on a point; 1 where none is known} */
    double at(CalibrationPoint point) {
        return Math.min(1, byPoint.getOrDefault(point, 1.0));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int n = sorted.size();
        return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }
}
