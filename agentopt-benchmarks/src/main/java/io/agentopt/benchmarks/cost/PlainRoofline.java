package io.agentopt.benchmarks.cost;

import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The peer of every metric: time = ideal time / share + launch, with the ideal time of compute or memory, whichever is longer; share and
 * launch fitted to the same calibration points by least mean error, over a grid.
 */
final class PlainRoofline {
    private PlainRoofline() {}

    /**
     * {@return a function from a kernel to seconds}
     *
     * @param from ideal time on the device of the points, s
     * @param to the same on the device to predict, which borrows share and launch
     */
    static <S extends KernelShape> ToDoubleFunction<S> fit(
            ToDoubleFunction<S> from, List<KernelMeasurement<S>> points, ToDoubleFunction<S> to) {
        double[] ideal =
                points.stream().mapToDouble(m -> from.applyAsDouble(m.shape())).toArray();
        double[] seconds =
                points.stream().mapToDouble(KernelMeasurement::seconds).toArray();
        double bestShare = 1, bestLaunch = 0, least = Double.POSITIVE_INFINITY;
        double[] launches = new double[121];
        for (int i = 1; i < launches.length; i++) launches[i] = 1e-6 * Math.pow(10, (i - 1) / 40.0);
        for (double share = 0.02; share <= 1.0501; share += 0.01) {
            for (double launch : launches) {
                double[] errors = new double[ideal.length];
                for (int i = 0; i < ideal.length; i++) {
                    errors[i] = Math.abs(Math.log((ideal[i] / share + launch) / seconds[i]));
                }
                double error = Arrays.stream(errors).sum();
                if (error < least) {
                    least = error;
                    bestShare = share;
                    bestLaunch = launch;
                }
            }
        }
        double share = bestShare, launch = bestLaunch;
        return s -> to.applyAsDouble(s) / share + launch;
    }
}
