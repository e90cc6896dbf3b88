package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Matrix products as an A100 of known terms would time them, with noise. */
final class SyntheticDevice {
    static final double[] TERMS = {0.55, 0.65, 9e-6, 1.7, 0.6, 0.4, 0.3, 2e-10};
    static final GemmForm FORM = new GemmForm(DeviceCatalog.packaged().find("A100"), Precision.BF16);
    private static final long[] SIDES = {256, 768, 1024, 2048, 3072, 4096, 5120, 8192, 11008, 14336};

    private SyntheticDevice() {}

    static List<KernelMeasurement<Gemm>> measure(int count, long mostRows, double noise, long seed) {
        Random random = new Random(seed);
        List<KernelMeasurement<Gemm>> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long m = Math.round(Math.exp(random.nextDouble() * Math.log(mostRows)));
            Gemm shape = gemm(m, SIDES[random.nextInt(SIDES.length)], SIDES[random.nextInt(SIDES.length)]);
            points.add(new KernelMeasurement<>(
                    shape, FORM.seconds(shape, TERMS) * Math.exp(noise * random.nextGaussian())));
        }
        return points;
    }

    static Gemm gemm(long m, long n, long k) {
        return new Gemm(m, n, k, Precision.BF16, Precision.BF16);
    }

    static double error(KernelModel<Gemm> model, List<KernelMeasurement<Gemm>> points) {
        return points.stream()
                .mapToDouble(p -> Math.abs(model.seconds(p.shape()) / p.seconds() - 1))
                .average()
                .orElseThrow();
    }
}
