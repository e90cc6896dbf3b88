package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.AiconfiguratorProfiles;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Attention with heads, KV heads and head dimensions that no calibration point has. At most 200 points a device and format of the cache. */
final class AttentionMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final Precision BF16 = Precision.BF16;
    private static final Map<String, Double> GOALS = Map.of(
            "attention_prefill.a100", 12.0,
            "attention_prefill.h100", 12.0,
            "attention_decode.a100", 14.0,
            "attention_decode.h100", 14.0);

    @Override
    public String name() {
        return "Attention: tested on all rows of a third of the head layouts; calibrated on " + POINTS
                + " points of the others for each format of the KV cache";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        List<Metric> metrics = new ArrayList<>();
        for (ProfileFiles.Source source : ProfileFiles.tables(folders, "attention", "context_attention_perf")) {
            KernelRows<PrefillAttention> rows = KernelRows.read(source, AiconfiguratorProfiles::prefills);
            split(
                            folders,
                            rows,
                            source,
                            d -> new PrefillAttentionForm(d, BF16),
                            "attention_prefill.",
                            PrefillAttention::kv)
                    .ifPresent(metrics::add);
        }
        for (ProfileFiles.Source source : ProfileFiles.tables(folders, "attention", "generation_attention_perf")) {
            KernelRows<DecodeAttention> rows = KernelRows.read(source, AiconfiguratorProfiles::decodes);
            split(
                            folders,
                            rows,
                            source,
                            d -> new DecodeAttentionForm(d, BF16),
                            "attention_decode.",
                            DecodeAttention::kv)
                    .ifPresent(metrics::add);
        }
        GOALS.keySet().stream()
                .sorted()
                .filter(set -> metrics.stream().noneMatch(m -> m.name().equals(set)))
                .forEach(set -> System.out.println("  " + set + ": no files"));
        return metrics;
    }

    private static <S extends KernelShape> Optional<Metric> split(
            DataFolders folders,
            KernelRows<S> rows,
            ProfileFiles.Source source,
            Function<DeviceSpec, KernelForm<S>> form,
            String name,
            Function<S, Precision> cache) {
        String set = name + source.label();
        if (rows.uncalibrated() || source.device().peakFlops(BF16).isEmpty()) {
            System.out.println("  " + set + ": no rows of this device calibrate, or its rate is not known");
            return Optional.empty();
        }
        KernelBench bench = new KernelBench(set, folders);
        bench.rejected(rows.test().rejected());
        for (Precision kv : Precision.values()) {
            List<KernelMeasurement<S>> points = rows.calibrate(s -> cache.apply(s) == kv),
                    unseen = rows.test(s -> cache.apply(s) == kv);
            if (!points.isEmpty() && !unseen.isEmpty())
                bench.split(form.apply(source.device()), points, unseen, rows.same(), POINTS);
        }
        return bench.metric(GOALS);
    }
}
