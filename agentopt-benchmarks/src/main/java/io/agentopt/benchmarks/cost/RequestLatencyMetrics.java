package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.engine.EngineCalibration;
import io.agentopt.cost.engine.EngineFit;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.importer.CatalogNames;
import io.agentopt.cost.importer.EngineRow;
import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.InferenceBenchImporter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Request latency of models that no fit has seen: Llama-2-7B calibrates, every other model is tested. */
final class RequestLatencyMetrics implements CostMetricGroup {
    private static final String FILE = "llm_inference_bench_a100_mi250_gaudi2.csv";
    private static final String CALIBRATES = "meta-llama/Llama-2-7b-hf";

    @Override
    public String name() {
        return "LLM-Inference-Bench: request latency, Llama-2-7B to other models";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        Optional<Path> calibrate = folders.calibrationFile(FILE);
        Optional<Path> test = folders.testFile(FILE);
        if (calibrate.isEmpty() || test.isEmpty()) return List.of();
        ImportedRows<EngineRow> known = InferenceBenchImporter.read(calibrate.get(), CatalogNames.packaged());
        ImportedRows<EngineRow> unseen = InferenceBenchImporter.read(test.get(), CatalogNames.packaged());
        System.out.println("rejected: " + unseen.rejected());
        List<Metric> metrics = new ArrayList<>();
        add(metrics, "request_latency.a100", "Nvidia A100 GPU vLLM", 9, known, unseen);
        add(metrics, "request_latency.mi250", "AMD MI250 GPU vLLM", 10, known, unseen);
        add(metrics, "request_latency.gaudi2", "Habana Gaudi2 Deepspeed", 9, known, unseen);
        return metrics;
    }

    private static void add(
            List<Metric> metrics,
            String name,
            String group,
            double goal,
            ImportedRows<EngineRow> known,
            ImportedRows<EngineRow> unseen) {
        List<EngineMeasurement> calibration = rows(known, group, true);
        List<EngineMeasurement> held = rows(unseen, group, false);
        if (calibration.isEmpty() || held.isEmpty()) return;
        EngineFit fit = EngineCalibration.fit(calibration);
        PlainEngineRoofline peer = PlainEngineRoofline.fit(calibration);
        System.out.println(name + ": " + fit.report());
        EnginePredictions predictions = new EnginePredictions();
        predictions.add(
                held, m -> fit.seconds(m.deployment(), m.load(), m.metric()).seconds(), peer::seconds);
        metrics.add(predictions.metric(name, "Llama-2-7B", goal, unseen.rejectedRows()));
    }

    private static List<EngineMeasurement> rows(ImportedRows<EngineRow> file, String group, boolean calibrates) {
        return file.rows().stream()
                .filter(r -> r.group().equals(group) && r.model().equals(CALIBRATES) == calibrates)
                .map(EngineRow::measurement)
                .toList();
    }
}
