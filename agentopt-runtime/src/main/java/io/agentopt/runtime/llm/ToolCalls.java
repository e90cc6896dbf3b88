package io.agentopt.runtime.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.agentopt.message.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells tool calls from answers: a text that is one JSON object with a text "name" and an object "arguments", or a list of
 * such, is tool calls; anything else, broken JSON too, is an answer.
 */
public final class ToolCalls {
    private static final ObjectReader JSON =
            new ObjectMapper().readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private ToolCalls() {}

    /** {@return the calls that the text consists of; empty for an answer} */
    public static List<ToolCall> parse(String text) {
        String bare = text.strip();
        if (!bare.startsWith("{") && !bare.startsWith("[")) return List.of();
        JsonNode json;
        try {
            json = JSON.readValue(bare);
        } catch (JsonProcessingException e) {
            return List.of();
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : json.isArray() ? json : List.of(json)) {
            JsonNode name = call.path("name"), arguments = call.path("arguments");
            if (!name.isTextual() || !arguments.isObject()) return List.of();
            Map<String, String> values = new TreeMap<>();
            for (var e : arguments.properties()) {
                values.put(
                        e.getKey(),
                        e.getValue().isValueNode()
                                ? e.getValue().asText()
                                : e.getValue().toString());
            }
            calls.add(new ToolCall(name.asText(), values));
        }
        return calls;
    }
}
