package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Fits the terms of a {@link DeviceEfficiency} to a few measurements of one device and one class of work.
 *
 * <p>Each term x lies between bounds by a logistic map of a free variable u: log x = log low + (log high - log low) / (1 + e^-u). The fit
 * minimises
 *
 * <pre>
 * sum over points of huber(log(predicted / measured), 0.1)  +  sum over terms of weight * (log(x / generic))^2
 * </pre>
 *
 * by Nelder-Mead from several starts. The second sum is what keeps a term that no point can see (the compute share when every point is
 * bound by memory) at its generic value instead of at a bound. Points that beat the device's peaks by more than 5 % are rejected.
 */
public final class LocalCalibration {
    private static final double[] LOW = {0.001, 0.001, 1e-9, 1e-9, 1};
    private static final double[] HIGH = {DeviceEfficiency.MOST, DeviceEfficiency.MOST, 1, 0.1, 4};
    private static final double HUBER = 0.1;
    private static final double[] PRIOR = {0.001, 0.001, 0.0002, 0.0002, 0.005};
    private static final double LEAST_FLOOR = 1.01e-9; // the lower bound stands for no floor at all
    private static final int EVALUATIONS = 6000;
    private static final int RESTARTS = 3;

    private final DeviceSpec device;
    private final List<Measurement> points = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private final DeviceEfficiency generic;
    private final double peak;

    private LocalCalibration(DeviceSpec device, DeviceEfficiency generic, double peak) {
        this.device = device;
        this.generic = generic;
        this.peak = peak;
    }

    /**
     * Fits measurements of one device.
     *
     * @param measurements of one class of work in one number format, at any tensor parallel degrees; two already help, eight
     *     well-spread ones settle all terms
     * @throws IllegalArgumentException if there is none, if they mix classes or formats, if the device has no rate for the format, or if
     *     every one is impossible
     */
    public static Calibration fit(DeviceSpec device, List<Measurement> measurements) {
        LocalCalibration fit = admitted(device, measurements);
        return fit.run(starts(terms(fit.generic)), RESTARTS);
    }

    /**
     * As {@link #fit}, from the terms of a fit of much the same measurements, such as all but a few of them: some twenty times as fast. It
     * finds no other valley than theirs.
     */
    public static Calibration fitNear(DeviceSpec device, List<Measurement> measurements, DeviceEfficiency start) {
        return admitted(device, measurements).run(List.of(terms(start)), 1);
    }

    private static LocalCalibration admitted(DeviceSpec device, List<Measurement> measurements) {
        if (measurements.isEmpty()) {
            throw new IllegalArgumentException(
                    "No measurements of device '" + device.id() + "' to calibrate with. Measure at least one.");
        }
        Demand first = measurements.getFirst().demand();
        for (Measurement m : measurements) {
            if (m.demand().operatorClass() != first.operatorClass()
                    || m.demand().precision() != first.precision()) {
                throw new IllegalArgumentException(
                        "The measurements of device '" + device.id() + "' mix " + first.operatorClass() + " in "
                                + first.precision().id() + " with " + m.demand().operatorClass() + " in "
                                + m.demand().precision().id()
                                + ". Fit each class and format on its own.");
            }
        }
        OptionalDouble peak = device.peakFlops(first.precision());
        if (peak.isEmpty()) {
            throw new IllegalArgumentException("Device '" + device.id() + "' has no known "
                    + first.precision().id() + " rate to calibrate against. Add it in a device file.");
        }
        LocalCalibration fit =
                new LocalCalibration(device, GenericEfficiency.of(device, first.operatorClass()), peak.getAsDouble());
        measurements.forEach(fit::admit);
        if (fit.points.isEmpty()) {
            throw new IllegalArgumentException(
                    "Every measurement of device '" + device.id() + "' is impossible: " + fit.rejected.getFirst());
        }
        return fit;
    }

    private void admit(Measurement m) {
        Demand d = m.demand();
        double fastest =
                Math.max(d.flops() / peak, d.trafficBytes() / device.memoryBytesPerSecond()) / m.tensorParallel();
        if (d.flops() == 0 && d.trafficBytes() == 0) {
            rejected.add("a measurement of " + m.seconds() + " s of no work");
        } else if (m.tensorParallel() > 1 && device.intraNodeBytesPerSecond().isEmpty()) {
            rejected.add("a measurement on " + m.tensorParallel() + " devices, whose intra-node rate is unknown");
        } else if (m.seconds() * DeviceEfficiency.MOST < fastest) {
            rejected.add(String.format(
                    Locale.ROOT,
                    "%.3g s is faster than the peaks of '%s' allow (%.3g s)",
                    m.seconds(),
                    device.id(),
                    fastest));
        } else {
            points.add(m);
        }
    }

    private Calibration run(List<double[]> starts, int restarts) {
        double[] best = terms(generic);
        double least = loss(best);
        for (double[] start : starts) {
            double[] found = search(start, restarts);
            double loss = loss(found);
            if (loss < least) {
                least = loss;
                best = found;
            }
        }
        double[] errors = new double[points.size()];
        double squares = 0;
        for (int i = 0; i < errors.length; i++) {
            double ratio = predict(best, points.get(i)) / points.get(i).seconds();
            errors[i] = Math.abs(ratio - 1);
            squares += Math.min(1, Math.log(ratio) * Math.log(ratio));
        }
        Arrays.sort(errors);
        double spread =
                Math.max(0.02, Math.sqrt((squares + 0.02) / errors.length)); // 0.02: two points that fit prove little
        return new Calibration(efficiency(best, spread), errors.length, rejected, errors[errors.length / 2]);
    }

    /** Generic terms, and the same with the machine three times slower, floors a hundred times longer, or both. */
    private static List<double[]> starts(double[] prior) {
        List<double[]> starts = new ArrayList<>();
        for (double slower : new double[] {1, 0.3}) {
            for (double longer : new double[] {1, 0.03, 100}) {
                starts.add(new double[] {
                    prior[0] * slower, prior[1] * slower, prior[2] * longer, prior[3] * longer, prior[4]
                });
            }
        }
        return starts;
    }

    private double[] search(double[] start, int restarts) {
        double[] free = new double[start.length];
        for (int i = 0; i < free.length; i++) free[i] = free(start[i], i);
        double[] best = free;
        MultivariateFunction objective = u -> loss(bounded(u));
        for (int restart = 0; restart < restarts; restart++) {
            try {
                PointValuePair found = new SimplexOptimizer(1e-10, 1e-12)
                        .optimize(
                                new MaxEval(EVALUATIONS),
                                new ObjectiveFunction(objective),
                                GoalType.MINIMIZE,
                                new InitialGuess(best),
                                new NelderMeadSimplex(free.length, 0.5));
                best = found.getPointRef();
            } catch (TooManyEvaluationsException e) {
                break; // the best of earlier restarts stands
            }
        }
        return bounded(best);
    }

    private double loss(double[] x) {
        double loss = 0;
        for (Measurement m : points) {
            double r = Math.abs(Math.log(predict(x, m) / m.seconds()));
            loss += r <= HUBER ? r * r / 2 : HUBER * (r - HUBER / 2);
        }
        double[] prior = terms(generic);
        for (int i = 0; i < x.length; i++) {
            double away = Math.log(x[i] / prior[i]);
            loss += PRIOR[i] * away * away;
        }
        return loss;
    }

    private double predict(double[] x, Measurement m) {
        Demand d = m.demand();
        int n = m.tensorParallel();
        double compute = d.flops() / (n * peak * x[0]);
        double memory = d.trafficBytes() / (n * device.memoryBytesPerSecond() * x[1]);
        double floors = d.operators() * x[2] + d.layers() * x[3];
        return DeviceEfficiency.smoothMax(compute, memory, x[4]) + floors + Collectives.seconds(d, device, n);
    }

    private static double[] terms(DeviceEfficiency e) {
        return new double[] {
            e.compute(),
            e.memory(),
            Math.max(e.operatorFloorSeconds(), 1e-7),
            Math.max(e.layerFloorSeconds(), 1e-7),
            e.exponent()
        };
    }

    /** The fitted terms; a floor that no point pays stays generic. */
    private DeviceEfficiency efficiency(double[] x, double spread) {
        boolean operators = points.stream().anyMatch(m -> m.demand().operators() > 0);
        boolean layers = points.stream().anyMatch(m -> m.demand().layers() > 0);
        return new DeviceEfficiency(
                x[0],
                x[1],
                operators ? orNone(x[2]) : generic.operatorFloorSeconds(),
                layers ? orNone(x[3]) : generic.layerFloorSeconds(),
                x[4],
                Confidence.MEASURED,
                spread);
    }

    private static double orNone(double floor) {
        return floor < LEAST_FLOOR ? 0 : floor;
    }

    private static double[] bounded(double[] u) {
        double[] x = new double[u.length];
        for (int i = 0; i < x.length; i++) {
            double share = 1 / (1 + Math.exp(-Math.clamp(u[i], -40, 40)));
            x[i] = Math.clamp(LOW[i] * Math.pow(HIGH[i] / LOW[i], share), LOW[i], HIGH[i]);
        }
        return x;
    }

    private static double free(double x, int i) {
        double share = Math.clamp(Math.log(x / LOW[i]) / Math.log(HIGH[i] / LOW[i]), 0.02, 0.98);
        return Math.log(share / (1 - share));
    }
}
