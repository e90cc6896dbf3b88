package io.agentopt.cost.engine;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.internal.JsonValue;
import io.agentopt.model.ModelCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A fit of an engine in a {@link CalibrationFile}. */
final class EngineJson {
    private static final double LEAST_LENGTH = 1e-3;
    private static final double MOST_LENGTH = 1e3;

    private EngineJson() {}

    static Map<String, Object> json(CalibratedEngine engine) {
        EngineFit fit = engine.fit();
        Map<String, Object> json = new LinkedHashMap<>();
        CalibrationJson.putDevice(engine.device(), json);
        json.put("weights", engine.weights().id());
        json.put("compute", engine.compute().id());
        engine.modelId().ifPresent(id -> json.put("model", id));
        Map<String, Object> terms = new LinkedHashMap<>();
        for (EngineTerm term : EngineTerm.values())
            terms.put(name(term), fit.terms().get(term));
        json.put("terms", terms);
        json.put("form", fit.form().name().toLowerCase(Locale.ROOT));
        json.put("used", fit.used());
        json.put("rejected", fit.rejected());
        json.put("inSampleError", fit.inSampleError());
        json.put("validatedError", fit.validatedError());
        if (fit.used() > 0) json.put("features", features(fit.features()));
        fit.correction().ifPresent(c -> json.put("correction", correction(c)));
        CalibrationJson.putSource(fit.terms().confidence(), fit.terms().relativeSpread(), engine.attribution(), json);
        return json;
    }

    static CalibratedEngine read(JsonValue json, DeviceCatalog devices, ModelCatalog models) {
        json.only(
                "device",
                "rates",
                "weights",
                "compute",
                "model",
                "terms",
                "form",
                "used",
                "rejected",
                "inSampleError",
                "validatedError",
                "features",
                "correction",
                "confidence",
                "relativeSpread",
                "source",
                "date");
        DeviceSpec device = CalibrationJson.device(json, devices);
        Optional<String> model = json.maybe("model").map(id -> known(id, models));
        JsonValue rows = json.at("used");
        int used = rows.integer();
        if (used < 0) throw rows.wrong("must not be negative", "Give the number of rows that were fitted to.");
        LoadFeatures features = used == 0 ? LoadFeatures.everywhere() : features(json.at("features"));
        List<String> rejected = new ArrayList<>();
        for (JsonValue reason : json.at("rejected").items()) rejected.add(reason.text());
        EngineFit fit = new EngineFit(
                terms(json),
                features,
                json.maybe("correction").map(c -> correction(c, features)),
                CalibrationJson.constant(json.at("form"), EngineForm.values()),
                used,
                rejected,
                json.at("inSampleError").notNegative(),
                json.at("validatedError").notNegative());
        return new CalibratedEngine(
                device,
                CalibrationJson.precision(json.at("weights")),
                CalibrationJson.precision(json.at("compute")),
                model,
                fit,
                CalibrationJson.attribution(json));
    }

    private static String known(JsonValue id, ModelCatalog models) {
        try {
            return models.find(id.text()).id();
        } catch (IllegalArgumentException e) {
            throw KernelJson.placed(id, e);
        }
    }

    private static EngineTerms terms(JsonValue json) {
        JsonValue terms = json.at("terms");
        EngineTerm[] all = EngineTerm.values();
        terms.only(java.util.Arrays.stream(all).map(EngineJson::name).toArray(String[]::new));
        double[] values = new double[all.length];
        for (EngineTerm term : all) {
            JsonValue value = terms.at(name(term));
            values[term.index()] = CalibrationJson.atMost(value, term.low(), term.high());
        }
        return EngineTerms.of(values, CalibrationJson.confidence(json), CalibrationJson.spread(json));
    }

    private static Map<String, Object> features(LoadFeatures features) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (int i = 0; i < LoadFeatures.NAMES.size(); i++) {
            Map<String, Object> feature = new LinkedHashMap<>();
            feature.put("varies", features.varies(i));
            feature.put("low", features.low(i));
            feature.put("high", features.high(i));
            json.put(LoadFeatures.NAMES.get(i), feature);
        }
        return json;
    }

    private static LoadFeatures features(JsonValue json) {
        List<String> names = LoadFeatures.NAMES;
        json.only(names.toArray(String[]::new));
        boolean[] varies = new boolean[names.size()];
        double[] low = new double[names.size()];
        double[] high = new double[names.size()];
        for (int i = 0; i < varies.length; i++) {
            JsonValue feature = json.at(names.get(i)).only("varies", "low", "high");
            varies[i] = feature.at("varies").flag();
            low[i] = feature.at("low").number();
            high[i] = feature.at("high").number();
            if (low[i] > high[i]) throw feature.wrong("has its bounds the wrong way round", "Swap low and high.");
        }
        return new LoadFeatures(varies, low, high);
    }

    private static Map<String, Object> correction(ResidualInterpolation c) {
        List<Object> points = new ArrayList<>();
        double[] weights = c.weights();
        for (int i = 0; i < weights.length; i++) points.add(CalibrationJson.boxed(c.point(i)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("points", points);
        json.put("weights", CalibrationJson.boxed(weights));
        json.put("length", c.length());
        json.put("leaveOneOutError", c.leaveOneOutError());
        return json;
    }

    private static ResidualInterpolation correction(JsonValue json, LoadFeatures features) {
        json.only("points", "weights", "length", "leaveOneOutError");
        int width = 0;
        for (int i = 0; i < LoadFeatures.NAMES.size(); i++) if (features.varies(i)) width++;
        JsonValue points = json.at("points");
        List<List<Double>> rows = CalibrationJson.rows(points);
        List<Double> weights = CalibrationJson.numbers(json.at("weights"));
        if (rows.size() != weights.size()) {
            throw json.at("weights").wrong("are not one for each of " + rows.size() + " points", "Give as many.");
        }
        double[][] at = new double[rows.size()][];
        for (int i = 0; i < at.length; i++) {
            if (rows.get(i).size() != width) {
                throw points.items()
                        .get(i)
                        .wrong("does not have the " + width + " features that vary", "Give one number for each.");
            }
            at[i] = array(rows.get(i));
        }
        return new ResidualInterpolation(
                at,
                array(weights),
                CalibrationJson.atMost(json.at("length"), LEAST_LENGTH, MOST_LENGTH),
                json.at("leaveOneOutError").notNegative());
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static String name(EngineTerm term) {
        return term.name().toLowerCase(Locale.ROOT);
    }
}
