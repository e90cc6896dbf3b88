package io.agentopt.cost.importer;

import io.agentopt.cost.engine.Deployment;
import io.agentopt.cost.engine.EngineLoad;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.cost.engine.KvReading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Prompt and token times with power, as splitwise-sim publishes them (times in ms, power as a share of the rated power, 0 where it was not
 * measured). Repeats of a cell become their median.
 */
public final class SplitwiseImporter {
    private static final String[] COLUMNS = {
        "model",
        "hardware",
        "prompt_size",
        "batch_size",
        "token_size",
        "peak_power",
        "average_power",
        "prompt_time",
        "token_time",
        "tensor_parallel"
    };
    private static final double MOST_POWER_SHARE =
            2; // short peaks exceed the rated power a little; watts would be far above

    private SplitwiseImporter() {}

    /**
     * One cell.
     *
     * @param timeToFirstToken of the whole batch
     * @param tokenTime of a decode step of the whole batch
     * @param averagePowerShare of the rated power, where it was measured
     * @param repeats rows behind the medians
     */
    public record Cell(
            EngineMeasurement timeToFirstToken,
            EngineMeasurement tokenTime,
            OptionalDouble averagePowerShare,
            int repeats) {}

    private record Key(Deployment deployment, EngineLoad load) {}

    private record Repeat(Key key, double prompt, double token, double power, String place) {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is empty or lacks a column
     */
    public static ImportedRows<Cell> read(Path file, CatalogNames names) {
        CsvTable table = CsvTable.read(file, COLUMNS);
        ImportedRows<Repeat> repeats = ImportedRows.from(table, (row, add) -> {
            double power = row.number("average_power");
            if (power < 0 || power > MOST_POWER_SHARE) {
                throw new RejectedRow("average_power is no share of the rated power", row.place("average_power"));
            }
            Deployment deployment = new Deployment(
                    names.model(row.text("model"), row, "model"),
                    names.device(row.text("hardware"), row, "hardware"),
                    row.count("tensor_parallel"),
                    KvReading.UNKNOWN);
            EngineLoad load =
                    new EngineLoad(row.count("prompt_size"), row.count("token_size"), row.count("batch_size"));
            add.accept(new Repeat(
                    new Key(deployment, load),
                    row.milliseconds("prompt_time"),
                    row.milliseconds("token_time"),
                    power,
                    row.place("prompt_time")));
        });
        Map<Key, List<Repeat>> cells = new LinkedHashMap<>();
        repeats.rows()
                .forEach(r ->
                        cells.computeIfAbsent(r.key, k -> new ArrayList<>()).add(r));
        List<Cell> rows = new ArrayList<>();
        Map<String, Integer> rejected = new LinkedHashMap<>(repeats.rejected());
        List<String> examples = new ArrayList<>(repeats.examples());
        cells.forEach((key, same) -> {
            try {
                rows.add(cell(key, same));
            } catch (RejectedRow e) {
                if (rejected.merge(e.reason(), same.size(), Integer::sum) == same.size()) examples.add(e.getMessage());
            }
        });
        return new ImportedRows<>(rows, rejected, examples);
    }

    private static Cell cell(Key key, List<Repeat> same) {
        String place = same.getFirst().place;
        double power = median(same, Repeat::power);
        return new Cell(
                EngineRow.possible(
                        new EngineMeasurement(
                                key.deployment,
                                key.load,
                                EngineMetric.TIME_TO_FIRST_TOKEN,
                                median(same, Repeat::prompt)),
                        place),
                EngineRow.possible(
                        new EngineMeasurement(
                                key.deployment, key.load, EngineMetric.TOKEN_TIME, median(same, Repeat::token)),
                        place),
                power > 0 ? OptionalDouble.of(power) : OptionalDouble.empty(),
                same.size());
    }

    private static double median(List<Repeat> rows, ToDoubleFunction<Repeat> value) {
        double[] sorted = rows.stream().mapToDouble(value).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
