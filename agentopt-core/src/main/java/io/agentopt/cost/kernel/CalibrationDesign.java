package io.agentopt.cost.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which kernels to measure, where not all can be: those that tell most about the others. Looks at shapes only, so that it can choose before
 * anything is measured.
 *
 * <p>Greedy design of least mean variance: log time is taken as a Gaussian process with covariance K(a, b) = 1 / (1 + d^2), d the distance of
 * {@link KernelForm#feature features} over a length scale of 6, and noise of .1; each next kernel is the one whose measurement takes most of
 * the variance that is left from all candidates, {@code sum over i of C(i, j)^2 / (C(j, j) + noise)}. So it goes where many candidates are,
 * and not twice to one place (Cohn, Ghahramani and Jordan 1996, for Gaussian processes).
 *
 * <p>The products of some models at some batches, of which fifty are measured:
 *
 * {@snippet :
 * GemmForm form = new GemmForm(device, Precision.BF16);
 * List<Gemm> candidates = new ArrayList<>();
 * for (ModelSpec model : models) {
 *     for (long batch = 1; batch <= 4096; batch *= 2) {
 *         candidates.add(new Gemm(batch, 2L * model.ffn(), model.hidden(), Precision.BF16, Precision.BF16));
 *         candidates.add(new Gemm(batch, model.hidden(), model.ffn(), Precision.BF16, Precision.BF16));
 *     }
 * }
 * List<KernelMeasurement<Gemm>> measured = new ArrayList<>();
 * for (Gemm shape : CalibrationDesign.choose(form, candidates, 50, 1)) {
 *     measured.add(new KernelMeasurement<>(shape, secondsOnTheDevice(shape)));
 * }
 * KernelModel<Gemm> model = KernelCalibration.fit(form, measured, Confidence.MEASURED).model();
 * }
 */
public final class CalibrationDesign {
    private static final int MOST_CANDIDATES = 1000; // time and memory grow with its square
    private static final double SCALE = 6;
    private static final double NOISE = 0.1;

    private CalibrationDesign() {}

    /**
     * {@return so many kernels, or all that there are, the most telling first}
     *
     * @param form whose features place the kernels
     * @param candidates kernels that could be measured, spread as those that will be asked for; of more than 1,000, a random 1,000
     * @param count how many, at least 1
     * @param seed of the random candidates; the same choice for the same seed and candidates
     */
    public static <S extends KernelShape> List<S> choose(KernelForm<S> form, List<S> candidates, int count, long seed) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "A calibration design of " + count + " kernels is empty; ask for at least 1.");
        }
        List<S> pool = new ArrayList<>(candidates);
        if (pool.size() <= count) return List.copyOf(pool);
        Collections.shuffle(pool, new Random(seed));
        if (pool.size() > MOST_CANDIDATES) pool = pool.subList(0, Math.max(count, MOST_CANDIDATES));
        double[][] covariance = covariance(form, pool);
        boolean[] taken = new boolean[pool.size()];
        List<S> chosen = new ArrayList<>();
        while (chosen.size() < count) {
            int next = mostTelling(covariance, taken);
            taken[next] = true;
            chosen.add(pool.get(next));
            condition(covariance, next);
        }
        return List.copyOf(chosen);
    }

    private static <S extends KernelShape> double[][] covariance(KernelForm<S> form, List<S> pool) {
        int n = pool.size(), features = form.features();
        double[][] x = new double[n][features];
        for (int i = 0; i < n; i++) {
            for (int f = 0; f < features; f++) x[i][f] = form.feature(pool.get(i), f) / SCALE;
        }
        double[][] covariance = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double d = 0;
                for (int f = 0; f < features; f++) d += (x[i][f] - x[j][f]) * (x[i][f] - x[j][f]);
                covariance[i][j] = covariance[j][i] = 1 / (1 + d);
            }
        }
        return covariance;
    }

    /** The candidate that takes most variance from all; of equals, the first. */
    private static int mostTelling(double[][] covariance, boolean[] taken) {
        int best = -1;
        double most = -1;
        for (int j = 0; j < taken.length; j++) {
            if (taken[j]) continue;
            double sum = 0;
            for (double c : covariance[j]) sum += c * c;
            double gain = sum / (covariance[j][j] + NOISE);
            if (gain > most) {
                most = gain;
                best = j;
            }
        }
        return best;
    }

    /** What is left to know once a candidate was measured. */
    private static void condition(double[][] covariance, int measured) {
        double[] known = covariance[measured].clone();
        double scale = 1 / (known[measured] + NOISE);
        for (int i = 0; i < known.length; i++) {
            double share = known[i] * scale;
            double[] row = covariance[i];
            for (int j = 0; j < known.length; j++) row[j] -= share * known[j];
        }
    }
}
