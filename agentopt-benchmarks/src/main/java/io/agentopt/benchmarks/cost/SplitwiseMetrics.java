package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.engine.EngineCalibration;
import io.agentopt.cost.engine.EngineFit;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.importer.CatalogNames;
import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.SplitwiseImporter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Time to first token and time between tokens of Llama-2-70B on A100. Cells of the same degree, prompt and batch stay together, as they
 * differ in output length only: 35 % of these calibrate, the rest is tested, five times.
 */
final class SplitwiseMetrics implements CostMetricGroup {
    private static final String FILE = "splitwise_llama2-70b_a100.csv";
    private static final double SHARE = 0.35;
    static final int SPLITS = 10;

    @Override
    public String name() {
        return "Splitwise: Llama-2-70B on A100, 35 % of the cells calibrate, " + SPLITS + " splits";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        Optional<Path> calibrate = folders.calibrationFile(FILE);
        Optional<Path> test = folders.testFile(FILE);
        if (calibrate.isEmpty() || test.isEmpty()) return List.of();
        ImportedRows<SplitwiseImporter.Cell> known = SplitwiseImporter.read(calibrate.get(), CatalogNames.packaged());
        ImportedRows<SplitwiseImporter.Cell> unseen = SplitwiseImporter.read(test.get(), CatalogNames.packaged());
        List<Metric> metrics = new ArrayList<>();
        metrics.add(metric("ttft.splitwise.a100", 11, known, unseen, SplitwiseImporter.Cell::timeToFirstToken));
        metrics.add(metric("tbt.splitwise.a100", 6, known, unseen, SplitwiseImporter.Cell::tokenTime));
        return metrics;
    }

    private static Metric metric(
            String name,
            double goal,
            ImportedRows<SplitwiseImporter.Cell> known,
            ImportedRows<SplitwiseImporter.Cell> unseen,
            Function<SplitwiseImporter.Cell, EngineMeasurement> which) {
        List<EngineMeasurement> rows = known.rows().stream().map(which).toList();
        EnginePredictions predictions = new EnginePredictions();
        for (int seed = 0; seed < SPLITS; seed++) {
            Set<String> drawn =
                    SeededSplit.draw(rows.stream().map(SplitwiseMetrics::cell).toList(), SHARE, seed);
            List<EngineMeasurement> calibration =
                    rows.stream().filter(m -> drawn.contains(cell(m))).toList();
            List<EngineMeasurement> held = unseen.rows().stream()
                    .map(which)
                    .filter(m -> !drawn.contains(cell(m)))
                    .toList();
            EngineFit fit = EngineCalibration.fit(calibration);
            PlainRoofline peer = PlainRoofline.fit(calibration);
            if (seed == 0) System.out.println(name + ": " + fit.report());
            predictions.add(
                    held, m -> fit.seconds(m.deployment(), m.load(), m.metric()).seconds(), peer::seconds);
        }
        return predictions.metric(name, "35 % of cells", goal, unseen.rejectedRows());
    }

    private static String cell(EngineMeasurement m) {
        return m.deployment().tensorParallel() + "/" + m.load().promptTokens() + "/"
                + m.load().batch();
    }
}
