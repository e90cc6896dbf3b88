package io.agentopt.cost;

import io.agentopt.internal.JsonText;
import io.agentopt.internal.JsonValue;
import io.agentopt.model.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An {@link EfficiencyTable} as a JSON file, so that a calibration outlives its process.
 *
 * <pre>
 * {"format": 1, "efficiencies": [{"device": "H100-SXM", "class": "decode", "precision": "fp16", "compute": 0.6, "memory": 0.8,
 *   "operatorFloorMicroseconds": 100, "layerFloorMicroseconds": 15, "exponent": 2, "confidence": "measured", "relativeSpread": 0.1}]}
 * </pre>
 *
 * Without {@code precision} an entry holds for every format that has none of its own.
 */
public final class EfficiencyFile {
    private static final double MICRO = 1e-6;

    private EfficiencyFile() {}

    /**
     * Reads a table.
     *
     * @throws IllegalArgumentException if the file is malformed, naming place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static EfficiencyTable read(Path file) {
        JsonValue root = JsonValue.read(file).format(1).only("format", "about", "efficiencies");
        EfficiencyTable table = EfficiencyTable.generic();
        for (JsonValue json : root.at("efficiencies").items()) {
            json.only(
                    "device",
                    "class",
                    "precision",
                    "compute",
                    "memory",
                    "operatorFloorMicroseconds",
                    "layerFloorMicroseconds",
                    "exponent",
                    "confidence",
                    "relativeSpread");
            String device = json.at("device").text();
            OperatorClass work = constant(json.at("class"), OperatorClass.values());
            DeviceEfficiency efficiency = efficiency(json);
            Optional<Precision> precision = json.maybe("precision").map(EfficiencyFile::precision);
            table = precision.isPresent()
                    ? table.with(device, work, precision.get(), efficiency)
                    : table.with(device, work, efficiency);
        }
        return table;
    }

    /**
     * Writes a table; {@link #read} gives an equal one.
     *
     * @throws java.io.UncheckedIOException if the file cannot be written; it is then as it was
     */
    public static void write(EfficiencyTable table, Path file) {
        List<Object> list =
                table.entries().stream().<Object>map(EfficiencyFile::json).toList();
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", 1);
        root.put("efficiencies", list);
        JsonText.write(file, root);
    }

    private static Map<String, Object> json(EfficiencyTable.Entry entry) {
        DeviceEfficiency e = entry.efficiency();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("device", entry.deviceId());
        json.put("class", entry.operatorClass().name().toLowerCase(Locale.ROOT));
        entry.precision().ifPresent(p -> json.put("precision", p.id()));
        json.put("compute", e.compute());
        json.put("memory", e.memory());
        json.put("operatorFloorMicroseconds", e.operatorFloorSeconds() / MICRO);
        json.put("layerFloorMicroseconds", e.layerFloorSeconds() / MICRO);
        json.put("exponent", e.exponent());
        json.put("confidence", e.confidence().name().toLowerCase(Locale.ROOT));
        json.put("relativeSpread", e.relativeSpread());
        return json;
    }

    private static DeviceEfficiency efficiency(JsonValue json) {
        double compute = json.at("compute").positive(),
                memory = json.at("memory").positive();
        double operator = json.at("operatorFloorMicroseconds").notNegative() * MICRO;
        double layer = json.at("layerFloorMicroseconds").notNegative() * MICRO;
        double exponent = json.at("exponent").positive(),
                spread = json.at("relativeSpread").notNegative();
        Confidence confidence = constant(json.at("confidence"), Confidence.values());
        try {
            return new DeviceEfficiency(compute, memory, operator, layer, exponent, confidence, spread);
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static Precision precision(JsonValue json) {
        try {
            return Precision.of(json.text(), "an efficiency");
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static <E extends Enum<E>> E constant(JsonValue json, E[] constants) {
        for (E c : constants) {
            if (c.name().toLowerCase(Locale.ROOT).equals(json.text())) return c;
        }
        throw json.wrong(
                "is unknown", "Use one of " + List.of(constants).toString().toLowerCase(Locale.ROOT) + ".");
    }
}
