package io.agentopt.cost.engine;

import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelSnapshot;
import io.agentopt.cost.kernel.Term;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.internal.JsonValue;
import io.agentopt.model.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A model of a kernel in a {@link CalibrationFile}. */
final class KernelJson {
    private KernelJson() {}

    static Map<String, Object> json(CalibrationFile.Kernel kernel) {
        KernelSnapshot s = KernelSnapshot.of(kernel.model());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("form", s.form());
        CalibrationJson.putDevice(s.device(), json);
        s.precision().ifPresent(p -> json.put("precision", p.id()));
        s.exchange().ifPresent(e -> ExchangeJson.put(e, json));
        Map<String, Object> terms = new LinkedHashMap<>();
        for (Term term : kernel.model().form().terms()) {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("value", s.terms().get(term.name()));
            value.put("unit", term.unit());
            terms.put(term.name(), value);
        }
        json.put("terms", terms);
        s.correction().ifPresent(c -> json.put("correction", correction(c)));
        CalibrationJson.putSource(s.confidence(), s.relativeSpread(), kernel.attribution(), json);
        return json;
    }

    static CalibrationFile.Kernel read(JsonValue json, DeviceCatalog devices) {
        json.only(
                "form",
                "device",
                "rates",
                "precision",
                ExchangeJson.TOPOLOGY,
                ExchangeJson.EXCHANGE,
                "terms",
                "correction",
                "confidence",
                "relativeSpread",
                "source",
                "date");
        JsonValue form = json.at("form");
        if (!KernelSnapshot.FORMS.contains(form.text())) {
            throw form.wrong("is no form of a kernel", "Use one of " + KernelSnapshot.FORMS + ".");
        }
        DeviceSpec device = CalibrationJson.device(json, devices);
        Optional<Precision> precision = json.maybe("precision").map(CalibrationJson::precision);
        Map<String, Double> terms = new LinkedHashMap<>();
        JsonValue values = json.at("terms");
        for (String name : values.names()) {
            terms.put(name, values.at(name).only("value", "unit").at("value").number());
        }
        KernelSnapshot snapshot = new KernelSnapshot(
                form.text(),
                device,
                precision,
                ExchangeJson.read(json),
                terms,
                json.maybe("correction").map(KernelJson::correction),
                CalibrationJson.confidence(json),
                CalibrationJson.spread(json));
        try {
            CalibrationFile.Kernel kernel =
                    new CalibrationFile.Kernel(snapshot.model(), CalibrationJson.attribution(json));
            units(values, kernel.model().form());
            return kernel;
        } catch (IllegalArgumentException e) {
            throw placed(json, e);
        }
    }

    private static void units(JsonValue values, KernelForm<?> form) {
        for (Term term : form.terms()) {
            JsonValue unit = values.at(term.name()).at("unit");
            if (!unit.text().equals(term.unit())) {
                throw unit.wrong("is not the unit of term '" + term.name() + "'", "It is \"" + term.unit() + "\".");
            }
        }
    }

    private static Map<String, Object> correction(KernelSnapshot.Correction c) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("inverseScales", c.inverseScales());
        json.put("points", c.points());
        json.put("weights", c.weights());
        json.put("low", c.low());
        json.put("high", c.high());
        return json;
    }

    private static KernelSnapshot.Correction correction(JsonValue json) {
        json.only("inverseScales", "points", "weights", "low", "high");
        try {
            return new KernelSnapshot.Correction(
                    CalibrationJson.numbers(json.at("inverseScales")),
                    CalibrationJson.rows(json.at("points")),
                    CalibrationJson.numbers(json.at("weights")),
                    json.at("low").number(),
                    json.at("high").number());
        } catch (IllegalArgumentException e) {
            throw placed(json, e);
        }
    }

    /** An error that names its place already stays as it is. */
    static IllegalArgumentException placed(JsonValue json, IllegalArgumentException e) {
        String message = e.getMessage();
        return message != null && (message.contains(" at $") || message.startsWith("At $")) ? e : json.wrong(e);
    }
}
