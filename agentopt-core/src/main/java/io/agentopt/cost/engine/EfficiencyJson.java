package io.agentopt.cost.engine;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.OperatorClass;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.internal.JsonValue;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Measured efficiencies in a {@link CalibrationFile}. */
final class EfficiencyJson {
    private static final double MOST_FLOOR = 1e3; // s
    private static final String HELD_OUT = "heldOutError", MODEL = "model";

    private EfficiencyJson() {}

    static Map<String, Object> json(MeasuredEfficiency measured) {
        DeviceEfficiency e = measured.calibration().efficiency();
        Map<String, Object> json = new LinkedHashMap<>();
        CalibrationJson.putDevice(measured.device(), json);
        json.put("class", measured.operatorClass().name().toLowerCase(Locale.ROOT));
        json.put("precision", measured.precision().id());
        json.put("compute", e.compute());
        json.put("memory", e.memory());
        json.put("operatorFloorSeconds", e.operatorFloorSeconds());
        json.put("layerFloorSeconds", e.layerFloorSeconds());
        json.put("exponent", e.exponent());
        json.put("used", measured.calibration().used());
        json.put("rejected", measured.calibration().rejected());
        json.put("medianError", measured.calibration().medianRelativeError());
        measured.heldOutError().ifPresent(error -> json.put(HELD_OUT, error));
        measured.model()
                .ifPresent(model -> json.put(MODEL, Map.of("id", model.id(), "weightBytes", model.weightBytes())));
        CalibrationJson.putSource(e.confidence(), e.relativeSpread(), measured.attribution(), json);
        return json;
    }

    static MeasuredEfficiency read(JsonValue json, DeviceCatalog devices) {
        json.only(
                "device",
                "rates",
                "class",
                "precision",
                "compute",
                "memory",
                "operatorFloorSeconds",
                "layerFloorSeconds",
                "exponent",
                "used",
                "rejected",
                "medianError",
                HELD_OUT,
                MODEL,
                "confidence",
                "relativeSpread",
                "source",
                "date");
        DeviceSpec device = device(json, devices);
        OperatorClass work = CalibrationJson.constant(json.at("class"), OperatorClass.values());
        Precision precision = CalibrationJson.precision(json.at("precision"));
        List<String> rejected = new ArrayList<>();
        for (JsonValue reason : json.at("rejected").items()) rejected.add(reason.text());
        JsonValue points = json.at("used");
        int used = points.integer();
        if (used < 1) throw points.wrong("must be at least 1", "Give the number of points that were fitted to.");
        double compute = json.at("compute").positive(),
                memory = json.at("memory").positive();
        double operator = CalibrationJson.atMost(json.at("operatorFloorSeconds"), 0, MOST_FLOOR);
        double layer = CalibrationJson.atMost(json.at("layerFloorSeconds"), 0, MOST_FLOOR);
        double exponent = json.at("exponent").positive(),
                error = json.at("medianError").notNegative();
        Optional<JsonValue> held = json.maybe(HELD_OUT);
        OptionalDouble heldOut =
                held.isPresent() ? OptionalDouble.of(held.get().notNegative()) : OptionalDouble.empty();
        try {
            DeviceEfficiency efficiency = new DeviceEfficiency(
                    compute,
                    memory,
                    operator,
                    layer,
                    exponent,
                    CalibrationJson.confidence(json),
                    CalibrationJson.spread(json));
            return new MeasuredEfficiency(
                    device,
                    work,
                    precision,
                    new Calibration(efficiency, used, rejected, error),
                    heldOut,
                    CalibrationJson.attribution(json),
                    json.maybe(MODEL).map(EfficiencyJson::model));
        } catch (IllegalArgumentException e) {
            throw KernelJson.placed(json, e);
        }
    }

    private static MeasuredModel model(JsonValue json) {
        json.only("id", "weightBytes");
        return new MeasuredModel(json.at("id").text(), json.at("weightBytes").notNegative());
    }

    /** The device with the peaks that these terms are shares of: it may have been calibrated in several runs, each of which saw others. */
    private static DeviceSpec device(JsonValue json, DeviceCatalog devices) {
        JsonValue id = json.at("device");
        JsonValue rates = json.at("rates"), peaks = rates.at("peakFlops");
        Map<Precision, Double> flops = new EnumMap<>(Precision.class);
        for (String format : peaks.names()) {
            flops.put(
                    CalibrationJson.precision(peaks.at(format), format),
                    peaks.at(format).positive());
        }
        double bandwidth = rates.at("memoryBytesPerSecond").positive();
        try {
            return devices.find(id.text()).withPeaks(flops, bandwidth);
        } catch (IllegalArgumentException e) {
            throw id.wrong(e);
        }
    }
}
