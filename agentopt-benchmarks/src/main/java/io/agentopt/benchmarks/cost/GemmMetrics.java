package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelFit;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Matrix products of (n, k) that no calibration point has, and of a device that none is from. At most 200 points a device and format. */
final class GemmMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final String A100 = "aiconfigurator/a100_sxm_gemm_vllm_0.14.0_gemm_perf.csv.gz";
    private static final String H100 = "aiconfigurator/h100_sxm_gemm_vllm_0.19.0_gemm_perf.csv.gz";

    private final DeviceCatalog devices = DeviceCatalog.packaged();

    @Override
    public String name() {
        return "GEMM: tested on all rows of a third of the (n, k) shapes; calibrated on " + POINTS
                + " points of the others";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        List<Metric> metrics = new ArrayList<>();
        Map<String, KernelFit<Gemm>> fits = new HashMap<>();
        split(
                metrics,
                fits,
                "gemm_bf16_unseen_shapes.vidur.a100",
                5.5,
                form("A100", Precision.FP16),
                GemmSource.vidur(folders, "a100"));
        split(
                metrics,
                fits,
                "gemm_bf16_unseen_shapes.vidur.a40",
                6.5,
                form("A40", Precision.FP16),
                GemmSource.vidur(folders, "a40"));
        split(
                metrics,
                fits,
                "gemm_bf16_unseen_shapes.aiconfigurator.a100",
                11,
                form("A100", Precision.BF16),
                GemmSource.table(folders, A100, Precision.BF16));
        split(
                metrics,
                fits,
                "gemm_bf16_unseen_shapes.aiconfigurator.h100",
                8.5,
                form("H100", Precision.BF16),
                GemmSource.table(folders, H100, Precision.BF16));
        split(
                metrics,
                fits,
                "gemm_fp8_unseen_shapes.aiconfigurator.h100",
                14,
                form("H100", Precision.FP8),
                GemmSource.table(folders, H100, Precision.FP8));
        transfer(
                metrics,
                fits,
                "gemm_device_transfer.a100_a40",
                8,
                "gemm_bf16_unseen_shapes.vidur.a100",
                form("A40", Precision.FP16),
                GemmSource.vidur(folders, "a100"),
                GemmSource.vidur(folders, "a40"));
        transfer(
                metrics,
                fits,
                "gemm_device_transfer.a100_h100",
                11,
                "gemm_bf16_unseen_shapes.aiconfigurator.a100",
                form("H100", Precision.BF16),
                GemmSource.table(folders, A100, Precision.BF16),
                GemmSource.table(folders, H100, Precision.BF16));
        return metrics;
    }

    private GemmForm form(String device, Precision precision) {
        return new GemmForm(devices.find(device), precision);
    }

    private static void split(
            List<Metric> metrics,
            Map<String, KernelFit<Gemm>> fits,
            String set,
            double goal,
            GemmForm form,
            GemmSource rows) {
        if (rows.missing()) {
            System.out.println("  " + set + ": no files");
            return;
        }
        KernelBench bench = new KernelBench(set);
        bench.rejected(rows.test().rejected());
        fits.put(
                set,
                bench.splitByShape(form, rows.calibrate().rows(), rows.test().rows(), POINTS));
        metrics.add(bench.metric(goal));
    }

    /** The target's rows, all of them, predicted from another device's calibration. */
    private static void transfer(
            List<Metric> metrics,
            Map<String, KernelFit<Gemm>> fits,
            String set,
            double goal,
            String from,
            GemmForm target,
            GemmSource source,
            GemmSource rows) {
        KernelFit<Gemm> fit = fits.get(from);
        if (fit == null || rows.missing()) {
            System.out.println("  " + set + ": no files");
            return;
        }
        KernelBench bench = new KernelBench(set);
        bench.rejected(rows.test().rejected());
        GemmForm form = new GemmForm(fit.model().device(), target.precision());
        List<KernelMeasurement<Gemm>> points =
                ShapeSplit.calibration(source.calibrate().rows(), POINTS);
        bench.predict(
                target,
                fit.model().on(target.device()),
                PlainRoofline.fit(form, points, target),
                bench.plausible(target, rows.test().rows()));
        metrics.add(bench.metric(goal));
    }
}
