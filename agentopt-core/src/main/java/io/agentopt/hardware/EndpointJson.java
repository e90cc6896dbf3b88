package io.agentopt.hardware;

import io.agentopt.internal.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** A hosted endpoint as JSON. */
final class EndpointJson {
    private EndpointJson() {}

    static HostedEndpoint read(JsonValue json) {
        json.only(
                "name",
                "models",
                "dollarsPerMillionInputTokens",
                "dollarsPerMillionOutputTokens",
                "firstTokenSeconds",
                "tokensPerSecond",
                "zone",
                "maxRequestsPerSecond",
                "maxTokensPerMinute");
        TreeSet<String> models = new TreeSet<>();
        List<JsonValue> offered = json.at("models").items();
        if (offered.isEmpty()) throw json.at("models").wrong("names no model", "Name what the endpoint offers.");
        for (JsonValue model : offered) model.distinct(models, model.text());
        return new HostedEndpoint( // nothing is left for the constructor to find: every value is checked where it
                // stands
                json.at("name").text(),
                models,
                json.at("dollarsPerMillionInputTokens").notNegative(),
                json.at("dollarsPerMillionOutputTokens").notNegative(),
                json.at("firstTokenSeconds").notNegative(),
                json.at("tokensPerSecond").positive(),
                json.maybe("zone").map(JsonValue::text),
                json.maybePositive("maxRequestsPerSecond"),
                json.maybePositive("maxTokensPerMinute"));
    }

    static Map<String, Object> write(HostedEndpoint e) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", e.name());
        json.put("models", List.copyOf(e.models()));
        json.put("dollarsPerMillionInputTokens", e.dollarsPerMillionInputTokens());
        json.put("dollarsPerMillionOutputTokens", e.dollarsPerMillionOutputTokens());
        json.put("firstTokenSeconds", e.firstTokenSeconds());
        json.put("tokensPerSecond", e.tokensPerSecond());
        e.zone().ifPresent(z -> json.put("zone", z));
        e.maxRequestsPerSecond().ifPresent(v -> json.put("maxRequestsPerSecond", v));
        e.maxTokensPerMinute().ifPresent(v -> json.put("maxTokensPerMinute", v));
        return json;
    }
}
