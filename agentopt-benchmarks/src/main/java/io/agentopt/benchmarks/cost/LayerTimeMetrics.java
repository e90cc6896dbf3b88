package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.engine.EngineCalibration;
import io.agentopt.cost.engine.EngineFit;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.cost.engine.EngineTerms;
import io.agentopt.cost.importer.CatalogNames;
import io.agentopt.cost.importer.EngineRow;
import io.agentopt.cost.importer.HelixImporter;
import io.agentopt.cost.importer.ImportedRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Times of one layer on L4, T4 and V100: the terms of A100, moved by ten points of the device (five decode, five prefill, of both models); all
 * other rows of the device are tested, five times.
 */
final class LayerTimeMetrics implements CostMetricGroup {
    private static final List<String> MODELS = List.of("llama1_30b", "llama2_70b");
    private static final int POINTS_OF_A_PHASE = 5;

    @Override
    public String name() {
        return "Helix: one layer of Llama, A100 to L4, T4 and V100 with ten points each, " + SplitwiseMetrics.SPLITS
                + " splits";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        List<EngineRow> source = rows(folders.calibrate(), "a100").rows();
        if (source.isEmpty()) return List.of();
        EngineFit fit = EngineCalibration.fit(
                source.stream().map(EngineRow::measurement).toList());
        System.out.println("A100: " + fit.report());
        EngineTerms from = fit.terms();
        EnginePredictions predictions = new EnginePredictions();
        int rejected = 0;
        for (String device : List.of("l4", "t4", "v100")) {
            List<EngineRow> known = rows(folders.calibrate(), device).rows();
            ImportedRows<EngineRow> file = rows(folders.test(), device);
            rejected += file.rejectedRows();
            if (known.isEmpty()) continue;
            for (int seed = 0; seed < folders.draws(SplitwiseMetrics.SPLITS); seed++) {
                test(known, file.rows(), from, seed, predictions);
            }
        }
        return predictions.isEmpty()
                ? List.of()
                : List.of(predictions.metric("per_layer_time.helix", "A100 and ten points", 12, rejected));
    }

    private static void test(
            List<EngineRow> known, List<EngineRow> unseen, EngineTerms from, int seed, EnginePredictions predictions) {
        Set<String> drawn = new HashSet<>();
        for (EngineMetric phase : List.of(EngineMetric.LAYER_DECODE, EngineMetric.LAYER_PREFILL)) {
            List<String> keys = known.stream()
                    .filter(r -> r.measurement().metric() == phase)
                    .map(LayerTimeMetrics::key)
                    .toList();
            drawn.addAll(SeededSplit.drawCount(keys, POINTS_OF_A_PHASE, seed));
        }
        List<EngineMeasurement> calibration = known.stream()
                .filter(r -> drawn.contains(key(r)))
                .map(EngineRow::measurement)
                .toList();
        List<EngineMeasurement> held = unseen.stream()
                .filter(r -> !drawn.contains(key(r)))
                .map(EngineRow::measurement)
                .toList();
        EngineFit fit = EngineCalibration.fit(calibration, from);
        PlainEngineRoofline peer = PlainEngineRoofline.fit(calibration);
        predictions.add(
                held, m -> fit.seconds(m.deployment(), m.load(), m.metric()).seconds(), peer::seconds);
    }

    private static ImportedRows<EngineRow> rows(Path folder, String device) {
        ImportedRows<EngineRow> all = ImportedRows.none();
        for (String model : MODELS) {
            Path place = folder.resolve("helix").resolve(model).resolve(device);
            if (Files.isDirectory(place)) all = all.plus(HelixImporter.read(place, CatalogNames.packaged()));
        }
        return all;
    }

    private static String key(EngineRow row) {
        return row.group() + "/" + row.measurement().metric() + "/"
                + row.measurement().load();
    }
}
