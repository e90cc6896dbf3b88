package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelCalibration;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** How long one estimate takes: a matrix product with a correction of 200 points, the best of several rounds after warm-up. */
final class EstimateSpeed implements CostMetricGroup {
    private static final int ROUNDS = 10;
    private static final int CALLS = 200_000;

    @Override
    public String name() {
        return "Speed of one estimate";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        GemmForm form = new GemmForm(DeviceCatalog.packaged().find("A100"), Precision.BF16);
        Random random = new Random(1);
        List<KernelMeasurement<Gemm>> points = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Gemm shape =
                    new Gemm(1 + random.nextInt(8192), 1 + random.nextInt(16384), 4096, Precision.BF16, Precision.BF16);
            double wave = Math.exp(0.3 * Math.sin(Math.log(shape.m())));
            points.add(new KernelMeasurement<>(shape, form.seconds(shape, form.generic()) * 1.5 * wave));
        }
        KernelModel<Gemm> model =
                KernelCalibration.fit(form, points, Confidence.MEASURED).model();
        double best = Double.POSITIVE_INFINITY, sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++)
                sum += model.seconds(points.get(i % points.size()).shape());
            best = Math.min(best, (System.nanoTime() - start) / (double) CALLS);
        }
        System.out.printf(
                "  %.0f ns, %s correction (checksum %.3f)%n", best, model.corrected() ? "with" : "without", sum);
        return List.of(Metric.of("estimate_nanoseconds.gemm", best, "ns").goal("<= 1000"));
    }
}
