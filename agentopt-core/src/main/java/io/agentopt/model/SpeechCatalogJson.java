package io.agentopt.model;

import io.agentopt.internal.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Speech models as JSON. Number formats default to fp16. */
final class SpeechCatalogJson {
    private SpeechCatalogJson() {}

    static Map<String, SpeechCatalog.Entry> read(JsonValue file) {
        file.format(1).only("format", "about", "models");
        Map<String, SpeechCatalog.Entry> entries = new LinkedHashMap<>();
        Set<String> names = JsonValue.seen();
        for (JsonValue json : file.at("models").items()) {
            SpeechCatalog.Entry entry = entry(json);
            json.distinct(names, entry.model().id());
            entries.put(entry.model().id(), entry);
        }
        return entries;
    }

    private static SpeechCatalog.Entry entry(JsonValue json) {
        OptionalDouble billions = json.maybePositive("parametersBillions");
        return new SpeechCatalog.Entry(
                model(json),
                billions.isPresent() ? OptionalDouble.of(billions.getAsDouble() * 1e9) : billions,
                json.maybe("verified").map(JsonValue::flag).orElse(true),
                json.maybe("source").map(JsonValue::text).orElse("not stated"),
                json.maybe("note").map(JsonValue::text).orElse(""));
    }

    private static SpeechModel model(JsonValue json) {
        return switch (json.at("kind").text()) {
            case "encoder-decoder" -> encoderDecoder(json);
            case "unshaped" -> unshaped(json);
            default -> throw json.at("kind").wrong("is no kind of speech model", "Use encoder-decoder or unshaped.");
        };
    }

    private static UnshapedModel unshaped(JsonValue json) {
        json.only("id", "kind", "parametersBillions", "weights", "verified", "source", "note");
        return new UnshapedModel(
                json.at("id").text(), json.at("parametersBillions").positive() * 1e9, precision(json, "weights"));
    }

    private static EncoderDecoderSpec encoderDecoder(JsonValue json) {
        json.only(
                "id",
                "kind",
                "encoder",
                "decoder",
                "audio",
                "vocab",
                "tiedEmbeddings",
                "maxOutput",
                "weights",
                "compute",
                "kv",
                "parametersBillions",
                "verified",
                "source",
                "note");
        String id = json.at("id").text();
        EncoderDecoderSpec.Tower encoder = tower(json.at("encoder")), decoder = tower(json.at("decoder"));
        EncoderDecoderSpec.Audio audio = audio(json.at("audio"));
        int vocab = json.at("vocab").integer(), maxOutput = json.at("maxOutput").integer();
        boolean tied = json.at("tiedEmbeddings").flag();
        Precision weights = precision(json, "weights"),
                compute = precision(json, "compute"),
                kv = precision(json, "kv");
        try {
            return new EncoderDecoderSpec(id, encoder, decoder, audio, vocab, tied, maxOutput, weights, compute, kv);
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static EncoderDecoderSpec.Tower tower(JsonValue json) {
        json.only("layers", "hidden", "heads", "headDim", "ffn");
        int layers = json.at("layers").integer(),
                hidden = json.at("hidden").integer(),
                heads = json.at("heads").integer();
        int headDim = json.at("headDim").integer(), ffn = json.at("ffn").integer();
        try {
            return new EncoderDecoderSpec.Tower(layers, hidden, heads, headDim, ffn);
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
    }

    private static EncoderDecoderSpec.Audio audio(JsonValue json) {
        json.only("features", "featureFramesPerSecond", "stride", "windowSeconds");
        int features = json.at("features").integer(),
                frames = json.at("featureFramesPerSecond").integer();
        int stride = json.at("stride").integer(),
                window = json.at("windowSeconds").integer();
        try {
            return new EncoderDecoderSpec.Audio(features, frames, stride, window);
        } catch (IllegalArgumentException e) {
            throw json.wrong(e);
        }
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
