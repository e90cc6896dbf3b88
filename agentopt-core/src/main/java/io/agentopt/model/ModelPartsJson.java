package io.agentopt.model;

import io.agentopt.internal.JsonValue;
import java.util.Optional;
import java.util.function.Supplier;

/** The optional parts of a model as JSON; an absent part is its NONE. */
final class ModelPartsJson {
    private ModelPartsJson() {}

    static LatentAttention latent(Optional<JsonValue> part) {
        if (part.isEmpty()) return LatentAttention.NONE;
        JsonValue json = part.get().only("queryRank", "keyValueRank", "plainDim", "rotaryDim", "valueDim");
        int queryRank = count(json, "queryRank"), rotary = count(json, "rotaryDim");
        int rank = json.at("keyValueRank").integer(),
                plain = json.at("plainDim").integer(),
                value = json.at("valueDim").integer();
        return valid(json, () -> new LatentAttention(queryRank, rank, plain, rotary, value));
    }

    static SlidingWindow window(Optional<JsonValue> part) {
        if (part.isEmpty()) return SlidingWindow.NONE;
        JsonValue json = part.get().only("tokens", "layers");
        int tokens = json.at("tokens").integer(), layers = json.at("layers").integer();
        return valid(json, () -> new SlidingWindow(tokens, layers));
    }

    static ExtraParameters extra(Optional<JsonValue> part) {
        if (part.isEmpty()) return ExtraParameters.NONE;
        JsonValue json = part.get().only("positions", "segments", "biasesAndNorms", "pooler", "scores");
        boolean norms = flag(json, "biasesAndNorms"), pooler = flag(json, "pooler");
        int positions = count(json, "positions"), segments = count(json, "segments"), scores = count(json, "scores");
        return valid(json, () -> new ExtraParameters(positions, segments, norms, pooler, scores));
    }

    static GroupScales scales(Optional<JsonValue> part) {
        if (part.isEmpty()) return GroupScales.NONE;
        JsonValue json = part.get().only("groupSize", "scaleBits", "zeroBits");
        int group = json.at("groupSize").integer(), scale = json.at("scaleBits").integer();
        int zero = count(json, "zeroBits");
        return valid(json, () -> new GroupScales(group, scale, zero));
    }

    private static int count(JsonValue json, String field) {
        return json.maybe(field).map(JsonValue::integer).orElse(0);
    }

    private static boolean flag(JsonValue json, String field) {
        return json.maybe(field).map(JsonValue::flag).orElse(false);
    }

    private static <T> T valid(JsonValue place, Supplier<T> constructor) {
        try {
            return constructor.get();
        } catch (IllegalArgumentException e) {
            throw place.wrong(e);
        }
    }
}
