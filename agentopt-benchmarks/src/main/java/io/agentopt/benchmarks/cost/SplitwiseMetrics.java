package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.PowerModel;
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
        int splits = folders.draws(SPLITS);
        List<Metric> metrics = new ArrayList<>();
        metrics.add(metric(splits, "ttft.splitwise.a100", 11, known, unseen, SplitwiseImporter.Cell::timeToFirstToken));
        metrics.add(metric(splits, "tbt.splitwise.a100", 6, known, unseen, SplitwiseImporter.Cell::tokenTime));
        metrics.add(power(splits, known, unseen));
        return metrics;
    }

    /** Average power of a device over a request, by the share of its peak rates that a decode step reaches. */
    private static Metric power(
            int splits, ImportedRows<SplitwiseImporter.Cell> known, ImportedRows<SplitwiseImporter.Cell> unseen) {
        String name = "power.splitwise.a100";
        List<Double> measured = new ArrayList<>();
        List<Double> predicted = new ArrayList<>();
        List<Double> rated = new ArrayList<>();
        for (int seed = 0; seed < splits; seed++) {
            Set<String> drawn = SeededSplit.draw(
                    known.rows().stream().map(c -> cell(c.tokenTime())).toList(), SHARE, seed);
            List<PowerModel.Sample> samples = known.rows().stream()
                    .filter(c -> c.averagePowerShare().isPresent() && drawn.contains(cell(c.tokenTime())))
                    .map(c -> new PowerModel.Sample(utilisation(c), watts(c)))
                    .toList();
            if (samples.isEmpty()) continue;
            PowerModel model = PowerModel.fit(
                    known.rows().getFirst().tokenTime().deployment().device(), samples);
            for (SplitwiseImporter.Cell c : unseen.rows()) {
                if (c.averagePowerShare().isEmpty() || drawn.contains(cell(c.tokenTime()))) continue;
                measured.add(watts(c));
                predicted.add(model.watts(utilisation(c)));
                rated.add(model.mostWatts());
            }
        }
        double[] truth = array(measured);
        ErrorSummary peer =
                ErrorSummary.of(name, "rated power", array(rated), truth, 0).print();
        ErrorSummary ours = ErrorSummary.of(name, "35 % of cells", array(predicted), truth, 0)
                .print();
        return Metric.of(name, ours.mape(), "%").peer("rated power", peer.mape());
    }

    private static double utilisation(SplitwiseImporter.Cell cell) {
        return Math.min(1, cell.tokenTime().idealSeconds() / cell.tokenTime().seconds());
    }

    private static double watts(SplitwiseImporter.Cell cell) {
        return cell.averagePowerShare().getAsDouble()
                * cell.tokenTime().deployment().device().tdpWatts().getAsDouble();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Metric metric(
            int splits,
            String name,
            double goal,
            ImportedRows<SplitwiseImporter.Cell> known,
            ImportedRows<SplitwiseImporter.Cell> unseen,
            Function<SplitwiseImporter.Cell, EngineMeasurement> which) {
        List<EngineMeasurement> rows = known.rows().stream().map(which).toList();
        EnginePredictions predictions = new EnginePredictions();
        for (int seed = 0; seed < splits; seed++) {
            Set<String> drawn =
                    SeededSplit.draw(rows.stream().map(SplitwiseMetrics::cell).toList(), SHARE, seed);
            List<EngineMeasurement> calibration =
                    rows.stream().filter(m -> drawn.contains(cell(m))).toList();
            List<EngineMeasurement> held = unseen.rows().stream()
                    .map(which)
                    .filter(m -> !drawn.contains(cell(m)))
                    .toList();
            EngineFit fit = EngineCalibration.fit(calibration);
            PlainEngineRoofline peer = PlainEngineRoofline.fit(calibration);
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
