package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.AiconfiguratorProfiles;
import io.agentopt.cost.importer.VidurProfiles;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Matrix products of (n, k) that no calibration point has, and of a device that none is from. At most 200 points a device and format. Every
 * device that the test folder has files of is tested; one that nothing calibrates borrows the terms of A100.
 */
final class GemmMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final String SOURCE = "a100";
    private static final Map<String, Double> GOALS = Map.of(
            "gemm_bf16_unseen_shapes.vidur.a100", 5.5,
            "gemm_bf16_unseen_shapes.vidur.a40", 6.5,
            "gemm_bf16_unseen_shapes.aiconfigurator.a100", 11.0,
            "gemm_bf16_unseen_shapes.aiconfigurator.h100", 8.5,
            "gemm_fp8_unseen_shapes.aiconfigurator.h100", 14.0,
            "gemm_device_transfer.a100_a40", 8.0,
            "gemm_device_transfer.a100_h100", 11.0);

    @Override
    public String name() {
        return "GEMM: tested on all rows of a third of the (n, k) shapes; calibrated on " + POINTS
                + " points of the others";
    }

    /** Products of one device and format. */
    private record Products(GemmForm form, KernelRows<Gemm> rows) {}

    @Override
    public List<Metric> run(DataFolders folders) {
        List<Metric> metrics = new ArrayList<>();
        Map<String, Products> vidur = new LinkedHashMap<>(), bf16 = new LinkedHashMap<>();
        for (ProfileFiles.Source source : ProfileFiles.vidurLayers(folders)) {
            add(vidur, source, Precision.FP16, KernelRows.read(source, VidurProfiles::gemms));
        }
        List<ProfileFiles.Source> tables = ProfileFiles.tables(folders, "gemm", "gemm_perf");
        for (ProfileFiles.Source source : tables) add(bf16, source, Precision.BF16, table(source, Precision.BF16));
        splits(folders, metrics, "gemm_bf16_unseen_shapes.vidur.", vidur);
        splits(folders, metrics, "gemm_bf16_unseen_shapes.aiconfigurator.", bf16);
        for (ProfileFiles.Source source : tables) {
            Map<String, Products> fp8 = new LinkedHashMap<>();
            add(fp8, source, Precision.FP8, table(source, Precision.FP8));
            splits(folders, metrics, "gemm_fp8_unseen_shapes.aiconfigurator.", fp8);
        }
        DataFolders seen = new DataFolders(folders.calibrate(), folders.calibrate());
        transfers(folders, metrics, "a40", "vidur.", vidur, () -> {
            Map<String, Products> known = new LinkedHashMap<>();
            for (ProfileFiles.Source source : ProfileFiles.vidurLayers(seen)) {
                if (source.label().equals(SOURCE))
                    add(known, source, Precision.FP16, KernelRows.read(source, VidurProfiles::gemms));
            }
            return known;
        });
        transfers(folders, metrics, "h100", "aiconfigurator.", bf16, () -> {
            Map<String, Products> known = new LinkedHashMap<>();
            for (ProfileFiles.Source source : ProfileFiles.tables(seen, "gemm", "gemm_perf")) {
                if (source.label().equals(SOURCE)) add(known, source, Precision.BF16, table(source, Precision.BF16));
            }
            return known;
        });
        GOALS.keySet().stream()
                .sorted()
                .filter(set -> metrics.stream().noneMatch(m -> m.name().equals(set)))
                .forEach(set -> System.out.println("  " + set + ": no files"));
        return metrics;
    }

    private static KernelRows<Gemm> table(ProfileFiles.Source source, Precision precision) {
        return KernelRows.read(source, file -> AiconfiguratorProfiles.gemms(file, precision));
    }

    private static void add(
            Map<String, Products> products, ProfileFiles.Source source, Precision precision, KernelRows<Gemm> rows) {
        if (rows.untestable()) return;
        if (source.device().peakFlops(precision).isEmpty()) {
            System.out.println("  passed over: " + rows.test().rows().size() + " products in " + precision.id()
                    + " of '" + source.label() + "': the catalog has no such rate of '"
                    + source.device().id() + "'");
            return;
        }
        products.put(source.label(), new Products(new GemmForm(source.device(), precision), rows));
    }

    private static void splits(DataFolders folders, List<Metric> metrics, String name, Map<String, Products> devices) {
        devices.forEach((label, products) -> {
            KernelRows<Gemm> rows = products.rows;
            if (rows.uncalibrated()) {
                System.out.println("  " + name + label + ": no rows of this device calibrate");
                return;
            }
            KernelBench bench = new KernelBench(name + label, folders);
            bench.rejected(rows.test().rejected());
            bench.split(products.form, rows.calibrate().rows(), rows.test().rows(), rows.same(), POINTS);
            bench.metric(GOALS).ifPresent(metrics::add);
        });
    }

    /** The target's rows, all of them, predicted from another device's calibration: one target always, and those that nothing calibrates. */
    private static void transfers(
            DataFolders folders,
            List<Metric> metrics,
            String always,
            String layout,
            Map<String, Products> devices,
            Supplier<Map<String, Products>> calibrations) {
        List<String> targets = devices.keySet().stream()
                .filter(label -> !label.equals(SOURCE))
                .filter(label -> label.equals(always)
                        || Objects.requireNonNull(devices.get(label)).rows.uncalibrated())
                .toList();
        if (targets.isEmpty()) return;
        Products source = calibrations.get().get(SOURCE);
        if (source == null) return;
        for (String label : targets) {
            Products target = Objects.requireNonNull(devices.get(label));
            String pair = SOURCE + "_" + label;
            KernelBench bench =
                    new KernelBench("gemm_device_transfer." + (label.equals(always) ? "" : layout) + pair, folders);
            bench.rejected(target.rows.test().rejected());
            bench.transfer(
                    source.form,
                    target.form,
                    source.rows.calibrate().rows(),
                    target.rows.test().rows(),
                    POINTS);
            bench.metric(GOALS).ifPresent(metrics::add);
        }
    }
}
