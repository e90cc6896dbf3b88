package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.AiconfiguratorProfiles;
import io.agentopt.cost.importer.Imported;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Attention with heads, KV heads and head dimensions that no calibration point has. At most 200 points a device and format of the cache. */
final class AttentionMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final String A100 = "aiconfigurator/a100_sxm_attention_vllm_0.14.0_";
    private static final String H100 = "aiconfigurator/h100_sxm_attention_vllm_0.19.0_";

    @Override
    public String name() {
        return "Attention: tested on all rows of a third of the head layouts; calibrated on " + POINTS
                + " points of the others for each format of the KV cache";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        DeviceSpec a100 = DeviceCatalog.packaged().find("A100"),
                h100 = DeviceCatalog.packaged().find("H100");
        List<Metric> metrics = new ArrayList<>();
        prefill(folders, A100, new PrefillAttentionForm(a100, Precision.BF16), "attention_prefill.a100")
                .ifPresent(metrics::add);
        prefill(folders, H100, new PrefillAttentionForm(h100, Precision.BF16), "attention_prefill.h100")
                .ifPresent(metrics::add);
        decode(folders, A100, new DecodeAttentionForm(a100, Precision.BF16), "attention_decode.a100")
                .ifPresent(metrics::add);
        decode(folders, H100, new DecodeAttentionForm(h100, Precision.BF16), "attention_decode.h100")
                .ifPresent(metrics::add);
        return metrics;
    }

    private static Optional<Metric> prefill(DataFolders folders, String table, PrefillAttentionForm form, String set) {
        return split(
                folders,
                table + "context_attention_perf.csv.gz",
                form,
                set,
                12,
                AiconfiguratorProfiles::prefills,
                s -> s.kv());
    }

    private static Optional<Metric> decode(DataFolders folders, String table, DecodeAttentionForm form, String set) {
        return split(
                folders,
                table + "generation_attention_perf.csv.gz",
                form,
                set,
                14,
                AiconfiguratorProfiles::decodes,
                s -> s.kv());
    }

    private static <S extends KernelShape> Optional<Metric> split(
            DataFolders folders,
            String file,
            KernelForm<S> form,
            String set,
            double goal,
            Function<Path, Imported<S>> importer,
            Function<S, Precision> cache) {
        Optional<Path> calibrate = folders.calibrationFile(file), test = folders.testFile(file);
        if (calibrate.isEmpty() || test.isEmpty()) {
            System.out.println("  " + set + ": no files");
            return Optional.empty();
        }
        Imported<S> seen = importer.apply(calibrate.get());
        Imported<S> unseen = calibrate.equals(test) ? seen : importer.apply(test.get());
        KernelBench bench = new KernelBench(set);
        bench.rejected(unseen.rejected());
        for (Precision kv : Precision.values()) {
            List<KernelMeasurement<S>> points = of(seen, cache, kv), rows = of(unseen, cache, kv);
            if (!points.isEmpty() && !rows.isEmpty()) bench.splitByShape(form, points, rows, POINTS);
        }
        return Optional.of(bench.metric(goal));
    }

    private static <S extends KernelShape> List<KernelMeasurement<S>> of(
            Imported<S> imported, Function<S, Precision> cache, Precision kv) {
        return imported.rows().stream()
                .filter(m -> cache.apply(m.shape()) == kv)
                .toList();
    }
}
