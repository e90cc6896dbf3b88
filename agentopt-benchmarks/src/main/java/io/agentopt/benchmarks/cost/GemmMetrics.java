package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;

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
        GemmSource vidurA100 = GemmSource.vidur(folders, "a100"), vidurA40 = GemmSource.vidur(folders, "a40");
        GemmSource a100 = GemmSource.table(folders, A100, Precision.BF16),
                h100 = GemmSource.table(folders, H100, Precision.BF16);
        GemmSource fp8 = GemmSource.table(folders, H100, Precision.FP8);
        List<Metric> metrics = new ArrayList<>();
        split(metrics, "gemm_bf16_unseen_shapes.vidur.a100", 5.5, form("A100", Precision.FP16), vidurA100);
        split(metrics, "gemm_bf16_unseen_shapes.vidur.a40", 6.5, form("A40", Precision.FP16), vidurA40);
        split(metrics, "gemm_bf16_unseen_shapes.aiconfigurator.a100", 11, form("A100", Precision.BF16), a100);
        split(metrics, "gemm_bf16_unseen_shapes.aiconfigurator.h100", 8.5, form("H100", Precision.BF16), h100);
        split(metrics, "gemm_fp8_unseen_shapes.aiconfigurator.h100", 14, form("H100", Precision.FP8), fp8);
        transfer(
                metrics,
                "gemm_device_transfer.a100_a40",
                8,
                form("A100", Precision.FP16),
                form("A40", Precision.FP16),
                vidurA100,
                vidurA40);
        transfer(
                metrics,
                "gemm_device_transfer.a100_h100",
                11,
                form("A100", Precision.BF16),
                form("H100", Precision.BF16),
                a100,
                h100);
        return metrics;
    }

    private GemmForm form(String device, Precision precision) {
        return new GemmForm(devices.find(device), precision);
    }

    private static void split(List<Metric> metrics, String set, double goal, GemmForm form, GemmSource rows) {
        if (rows.missing()) {
            System.out.println("  " + set + ": no files");
            return;
        }
        KernelBench bench = new KernelBench(set);
        bench.rejected(rows.test().rejected());
        bench.splitByShape(form, rows.calibrate().rows(), rows.test().rows(), POINTS);
        metrics.add(bench.metric(goal));
    }

    /** The target's rows, all of them, predicted from another device's calibration. */
    private static void transfer(
            List<Metric> metrics,
            String set,
            double goal,
            GemmForm from,
            GemmForm to,
            GemmSource source,
            GemmSource target) {
        if (source.missing() || target.missing()) {
            System.out.println("  " + set + ": no files");
            return;
        }
        KernelBench bench = new KernelBench(set);
        bench.rejected(target.test().rejected());
        bench.transfer(from, to, source.calibrate().rows(), target.test().rows(), POINTS);
        metrics.add(bench.metric(goal));
    }
}
