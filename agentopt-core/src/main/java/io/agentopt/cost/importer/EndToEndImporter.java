package io.agentopt.cost.importer;

import io.agentopt.cost.engine.Deployment;
import io.agentopt.cost.engine.EngineLoad;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.cost.engine.KvReading;
import io.agentopt.cost.engine.PrefillScheduling;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.nio.file.Path;

/**
 * Time per output token of served models, as aiconfigurator publishes its silicon samples (ms). Only aggregated serving without data or
 * pipeline parallelism: a row of another kind is rejected and counted. The KV cache is taken as 16 bits, the engines' default: the file
 * does not say. SGLang prefills
 * first, its default; the others mix prompts into decode steps.
 */
public final class EndToEndImporter {
    private static final String[] COLUMNS = {
        "backend",
        "model_path",
        "system",
        "mode",
        "isl",
        "osl",
        "gemm_quant_mode",
        "batch_size",
        "tp_size",
        "pp_size",
        "attention_dp_size",
        "silicon_ttft_ms",
        "silicon_tpot_ms"
    };

    private EndToEndImporter() {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is empty or lacks a column
     */
    public static ImportedRows<EngineRow> read(Path file, CatalogNames names) {
        return ImportedRows.from(CsvTable.read(file, COLUMNS), (row, add) -> add.accept(row(row, names)));
    }

    private static EngineRow row(CsvRow row, CatalogNames names) {
        if (!row.text("mode").equals("agg")) throw new RejectedRow("serving is disaggregated", row.place("mode"));
        onlyOne(row, "pp_size");
        onlyOne(row, "attention_dp_size");
        Precision format = format(row);
        ModelSpec model = names.model(row.text("model_path"), row, "model_path").with(format, format, Precision.BF16);
        PrefillScheduling scheduling =
                row.text("backend").equals("sglang") ? PrefillScheduling.FIRST : PrefillScheduling.MIXED;
        Deployment deployment = new Deployment(
                model,
                names.device(row.text("system"), row, "system"),
                row.count("tp_size"),
                KvReading.PER_GROUP,
                scheduling);
        EngineLoad load = new EngineLoad(row.count("isl"), row.count("osl"), row.count("batch_size"));
        double seconds = row.milliseconds("silicon_tpot_ms");
        return new EngineRow(
                row.text("system") + " " + row.text("backend") + " " + format.id(),
                row.text("model_path"),
                EngineRow.possible(
                        new EngineMeasurement(deployment, load, EngineMetric.SERVED_TOKEN_TIME, seconds),
                        row.place("silicon_tpot_ms")));
    }

    private static Precision format(CsvRow row) {
        return switch (row.text("gemm_quant_mode")) {
            case "" -> Precision.BF16;
            case "fp8", "fp8_block" -> Precision.FP8;
            case String other ->
                throw new RejectedRow(
                        "number format '" + TextLines.shortened(other) + "' is not modelled",
                        row.place("gemm_quant_mode"));
        };
    }

    private static void onlyOne(CsvRow row, String column) {
        String text = row.text(column);
        if (!text.isEmpty() && row.number(column) != 1) {
            throw new RejectedRow(column + " above 1 is not modelled", row.place(column));
        }
    }
}
