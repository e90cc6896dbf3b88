package io.agentopt.model;

import io.agentopt.internal.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Models as JSON. Number formats default to fp16. */
final class ModelCatalogJson {
    private ModelCatalogJson() {}

    static Map<String, ModelCatalog.Entry> read(JsonValue file) {
        file.format(1).only("format", "about", "models");
        Map<String, ModelCatalog.Entry> entries = new LinkedHashMap<>();
        Set<String> names = JsonValue.seen();
        for (JsonValue json : file.at("models").items()) {
            ModelCatalog.Entry entry = entry(json);
            json.distinct(names, entry.model().id());
            entries.put(entry.model().id(), entry);
        }
        return entries;
    }

    private static ModelCatalog.Entry entry(JsonValue json) {
        json.only(
                "id",
                "kind",
                "layers",
                "hidden",
                "heads",
                "kvHeads",
                "headDim",
                "ffn",
                "gatedFfn",
                "vocab",
                "tiedEmbeddings",
                "maxContext",
                "experts",
                "weights",
                "compute",
                "kv",
                "latentAttention",
                "slidingWindow",
                "extraParameters",
                "weightScales",
                "parametersBillions",
                "verified",
                "source",
                "note");
        ModelSpec model = model(json);
        OptionalDouble billions = json.maybePositive("parametersBillions");
        return new ModelCatalog.Entry(
                model,
                billions.isPresent() ? OptionalDouble.of(billions.getAsDouble() * 1e9) : billions,
                json.maybe("verified").map(JsonValue::flag).orElse(true),
                json.maybe("source").map(JsonValue::text).orElse("not stated"),
                json.maybe("note").map(JsonValue::text).orElse(""));
    }

    private static ModelSpec model(JsonValue json) {
        String id = json.at("id").text();
        ModelSpec.Kind kind = kind(json.at("kind"));
        int layers = json.at("layers").integer(),
                hidden = json.at("hidden").integer(),
                heads = json.at("heads").integer();
        int kvHeads = json.maybe("kvHeads").map(JsonValue::integer).orElse(heads);
        int headDim = json.at("headDim").integer(),
                ffn = json.at("ffn").integer(),
                vocab = json.at("vocab").integer();
        boolean gated = json.at("gatedFfn").flag(),
                tied = json.at("tiedEmbeddings").flag();
        int maxContext = json.at("maxContext").integer();
        Precision weights = precision(json, "weights"),
                compute = precision(json, "compute"),
                kv = precision(json, "kv");
        ModelSpec.Experts experts =
                json.maybe("experts").map(ModelCatalogJson::experts).orElse(ModelSpec.Experts.NONE);
        try {
            return new ModelSpec(
                    id,
                    kind,
                    layers,
                    hidden,
                    heads,
                    kvHeads,
                    headDim,
                    ffn,
                    gated,
                    vocab,
                    tied,
                    maxContext,
                    experts,
                    weights,
                    compute,
                    kv,
                    ModelPartsJson.latent(json.maybe("latentAttention")),
                    ModelPartsJson.window(json.maybe("slidingWindow")),
                    ModelPartsJson.extra(json.maybe("extraParameters")),
                    ModelPartsJson.scales(json.maybe("weightScales")));
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static ModelSpec.Experts experts(JsonValue json) {
        json.only("count", "perToken", "ffn", "sharedFfn", "denseLayers");
        int count = json.at("count").integer(),
                perToken = json.at("perToken").integer(),
                ffn = json.at("ffn").integer();
        int shared = json.maybe("sharedFfn").map(JsonValue::integer).orElse(0);
        int dense = json.maybe("denseLayers").map(JsonValue::integer).orElse(0);
        try {
            return new ModelSpec.Experts(count, perToken, ffn, shared, dense);
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static ModelSpec.Kind kind(JsonValue json) {
        return switch (json.text()) {
            case "decoder" -> ModelSpec.Kind.DECODER;
            case "embedder" -> ModelSpec.Kind.EMBEDDER;
            default -> throw json.wrong("is no kind of model", "Use decoder or embedder.");
        };
    }

    private static Precision precision(JsonValue json, String field) {
        return json.maybe(field)
                .map(value -> {
                    try {
                        return Precision.of(
                                value.text(), "model " + json.at("id").text());
                    } catch (IllegalArgumentException e) {
                        throw value.wrong(e);
                    }
                })
                .orElse(Precision.FP16);
    }
}
