package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.engine.EngineCalibration;
import io.agentopt.cost.engine.EngineFit;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineModel;
import io.agentopt.cost.engine.EngineTerms;
import io.agentopt.cost.importer.CatalogNames;
import io.agentopt.cost.importer.EndToEndImporter;
import io.agentopt.cost.importer.EngineRow;
import io.agentopt.cost.importer.ImportedRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Time per output token of dense models served on H100 and H200. Calibrated: 30 % of the rows of each (GPU, engine, number format), thirty
 * splits; rows of one load stay together. Uncalibrated: no row at all, terms of the kernels.
 */
final class EndToEndMetrics implements CostMetricGroup {
    private static final String FILE = "end_to_end_h100_h200.csv";
    private static final double SHARE = 0.3;
    private static final int SPLITS = 30; // groups have 3 to 14 rows: ten draws differ by 0.3 points in luck alone

    @Override
    public String name() {
        return "End to end: TPOT of dense models, H100 and H200, 30 % of each (GPU, engine, format) calibrate, "
                + SPLITS + " splits";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        Optional<Path> calibrate = folders.calibrationFile(FILE);
        Optional<Path> test = folders.testFile(FILE);
        if (calibrate.isEmpty() || test.isEmpty()) return List.of();
        Map<String, List<EngineMeasurement>> known =
                dense(EndToEndImporter.read(calibrate.get(), CatalogNames.packaged()));
        ImportedRows<EngineRow> file = EndToEndImporter.read(test.get(), CatalogNames.packaged());
        Map<String, List<EngineMeasurement>> unseen = dense(file);
        List<Metric> metrics = new ArrayList<>();
        metrics.add(calibrated(folders.draws(SPLITS), known, unseen, file.rejectedRows()));
        EnginePredictions generic = new EnginePredictions();
        unseen.values()
                .forEach(
                        rows -> generic.add(rows, EndToEndMetrics::uncalibrated, PlainEngineRoofline.GENERIC::seconds));
        metrics.add(generic.metric("tpot_end_to_end.uncalibrated", "kernels' terms", 16, file.rejectedRows()));
        return metrics;
    }

    private static Metric calibrated(
            int splits,
            Map<String, List<EngineMeasurement>> known,
            Map<String, List<EngineMeasurement>> unseen,
            int rejected) {
        EnginePredictions predictions = new EnginePredictions();
        for (int seed = 0; seed < splits; seed++) {
            Map<String, List<EngineMeasurement>> calibration = new LinkedHashMap<>();
            Map<String, Set<String>> drawn = new TreeMap<>();
            for (Map.Entry<String, List<EngineMeasurement>> group : known.entrySet()) {
                Set<String> keys = SeededSplit.draw(
                        group.getValue().stream().map(EndToEndMetrics::key).toList(), SHARE, seed);
                drawn.put(group.getKey(), keys);
                calibration.put(
                        group.getKey(),
                        group.getValue().stream()
                                .filter(m -> keys.contains(key(m)))
                                .toList());
            }
            Map<String, EngineFit> fits = EngineCalibration.fitGroups(calibration);
            for (Map.Entry<String, EngineFit> group : fits.entrySet()) {
                EngineFit fit = group.getValue();
                if (seed == 0) System.out.println(group.getKey() + ": " + fit.report());
                PlainEngineRoofline peer =
                        PlainEngineRoofline.fit(Objects.requireNonNull(calibration.get(group.getKey())));
                Set<String> keys = Objects.requireNonNull(drawn.get(group.getKey()));
                List<EngineMeasurement> held = unseen.getOrDefault(group.getKey(), List.of()).stream()
                        .filter(m -> !keys.contains(key(m)))
                        .toList();
                predictions.add(
                        held,
                        m -> fit.seconds(m.deployment(), m.load(), m.metric()).seconds(),
                        peer::seconds);
            }
        }
        return predictions.metric("tpot_end_to_end.calibrated", "30 % per group", 10, rejected);
    }

    private static double uncalibrated(EngineMeasurement m) {
        EngineTerms terms = EngineTerms.generic(m.deployment().device());
        return EngineModel.seconds(m.deployment(), m.load(), m.metric(), terms).seconds();
    }

    private static Map<String, List<EngineMeasurement>> dense(ImportedRows<EngineRow> file) {
        Map<String, List<EngineMeasurement>> groups = new TreeMap<>();
        for (EngineRow row : file.rows()) {
            if (row.measurement().deployment().model().experts().count() > 0) continue;
            groups.computeIfAbsent(row.group(), g -> new ArrayList<>()).add(row.measurement());
        }
        return groups;
    }

    /** What is drawn: never the measured time, of which an ulp would change the draw. */
    private static String key(EngineMeasurement m) {
        return m.deployment().model().id() + "/" + m.deployment().tensorParallel() + "/" + m.load();
    }
}
