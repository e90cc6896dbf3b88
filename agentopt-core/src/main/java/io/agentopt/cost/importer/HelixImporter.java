package io.agentopt.cost.importer;

import io.agentopt.cost.engine.Deployment;
import io.agentopt.cost.engine.EngineLoad;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.cost.engine.KvReading;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times of one layer by tokens, as Helix publishes them: {@code MODEL/DEVICE/decode_bs2time.csv} and {@code prompt_bs2time.csv}, two columns
 * without a header, tokens and milliseconds; a device {@code l4x2} is two of them with tensor parallelism. The context of a decode step and the
 * length of a prompt are not published: one token and at most 250 are assumed, and the per-sequence term takes up the rest. Times above
 * 100 tokens are rounded to a whole millisecond.
 */
public final class HelixImporter {
    private static final Pattern DEVICE = Pattern.compile("([a-z0-9]+?)(?:x([1-9]\\d{0,3}))?");
    private static final int CONTEXT = 1000; // of a decode step: the order of the trace that Helix serves
    private static final int PROMPT = 250; // the grid of the prompt files

    private HelixImporter() {}

    /**
     * Reads both files of a model on a device.
     *
     * @param folder such as {@code llama2_70b/l4}
     * @throws IllegalArgumentException if the model or the device is not in the catalogs, or a file is empty or malformed
     */
    public static ImportedRows<EngineRow> read(Path folder, CatalogNames names) {
        String deviceName = String.valueOf(folder.getFileName());
        Path models = folder.toAbsolutePath().getParent();
        String modelName = models == null ? "" : String.valueOf(models.getFileName());
        Matcher parts = DEVICE.matcher(deviceName);
        if (!parts.matches()) throw new IllegalArgumentException("The folder '" + folder + "' names no device.");
        ModelSpec model = names.model(modelName, "folder '" + folder + "'");
        DeviceSpec device = names.device(parts.group(1), "folder '" + folder + "'");
        int devices = parts.group(2) == null ? 1 : Integer.parseInt(parts.group(2));
        Deployment deployment = new Deployment(model, device, devices, KvReading.UNKNOWN);
        String group = modelName + " " + deviceName;
        return file(folder.resolve("decode_bs2time.csv"), deployment, group, modelName, EngineMetric.LAYER_DECODE)
                .plus(file(
                        folder.resolve("prompt_bs2time.csv"),
                        deployment,
                        group,
                        modelName,
                        EngineMetric.LAYER_PREFILL));
    }

    private static ImportedRows<EngineRow> file(
            Path file, Deployment deployment, String group, String model, EngineMetric metric) {
        CsvTable table = CsvTable.withoutHeader(file, "tokens", "milliseconds");
        return ImportedRows.from(table, (row, add) -> {
            int tokens = row.count("tokens");
            EngineLoad load = metric == EngineMetric.LAYER_DECODE
                    ? new EngineLoad(CONTEXT, 1, tokens)
                    : new EngineLoad(Math.min(tokens, PROMPT), 1, Math.max(1, tokens / PROMPT));
            EngineMeasurement measured =
                    new EngineMeasurement(deployment, load, metric, row.milliseconds("milliseconds"));
            add.accept(new EngineRow(group, model, EngineRow.possible(measured, row.place("milliseconds"))));
        });
    }
}
