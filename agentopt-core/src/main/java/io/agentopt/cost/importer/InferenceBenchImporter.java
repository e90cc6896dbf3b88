package io.agentopt.cost.importer;

import io.agentopt.cost.engine.Deployment;
import io.agentopt.cost.engine.EngineLoad;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.cost.engine.KvReading;
import java.nio.file.Path;

/**
 * Request latencies as LLM-Inference-Bench publishes them: seconds for a batch of prompts and completions of the same length; throughput in
 * tokens of both per second, of the batch or (llama.cpp) of one sequence, which must agree with the latency.
 */
public final class InferenceBenchImporter {
    private static final String[] COLUMNS = {
        "Hardware",
        "Num of Hardware",
        "Framework",
        "Model",
        "Input Output Length",
        "Batch Size",
        "Latency",
        "Throughput"
    };
    private static final double AGREES =
            2.2; // some frameworks count outputs only; milliseconds would be a factor of 1000

    private InferenceBenchImporter() {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is empty or lacks a column
     */
    public static ImportedRows<EngineRow> read(Path file, CatalogNames names) {
        return ImportedRows.from(CsvTable.read(file, COLUMNS), (row, add) -> {
            int length = row.count("Input Output Length");
            int batch = row.count("Batch Size");
            double seconds = row.positive("Latency");
            double tokens = seconds * row.positive("Throughput");
            double ratio = tokens / (2.0 * length * batch);
            if (!agrees(ratio) && !agrees(ratio * batch)) {
                throw new RejectedRow("latency and throughput disagree: mixed units?", row.place("Latency"));
            }
            Deployment deployment = new Deployment(
                    names.model(row.text("Model"), row, "Model"),
                    names.device(row.text("Hardware"), row, "Hardware"),
                    row.count("Num of Hardware"),
                    KvReading.UNKNOWN);
            add.accept(new EngineRow(
                    row.text("Hardware") + " " + row.text("Framework"),
                    row.text("Model"),
                    EngineRow.possible(
                            new EngineMeasurement(
                                    deployment, new EngineLoad(length, length, batch), EngineMetric.REQUEST, seconds),
                            row.place("Latency"))));
        });
    }

    private static boolean agrees(double ratio) {
        return ratio <= AGREES && ratio >= 1 / AGREES;
    }
}
