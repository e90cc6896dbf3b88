package io.agentopt.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.operator.schema.JsonSchema;
import java.util.ArrayList;
import java.util.List;

/**
 * What an answer must look like. The engine offers the model only tokens that keep to it, so an answer that ends by itself
 * always fits; one that is cut at its token limit is the beginning of one that fits.
 */
public sealed interface OutputFormat {
    /** Any text. */
    record Free() implements OutputFormat {}

    /** One JSON value. */
    record Json(JsonSchema schema) implements OutputFormat {}

    /**
     * Calls of tools: one JSON object with "name" and "arguments", or a list of such.
     *
     * @param tools that may be called, at least one
     * @param answerAllowed whether the model may answer in words instead; a text that does not begin with a brace or bracket is such
     */
    record Calls(List<ToolSchema> tools, boolean answerAllowed) implements OutputFormat {
        public Calls {
            tools = List.copyOf(tools);
            if (tools.isEmpty()) throw new IllegalArgumentException("Tool calls need at least one tool.");
            if (tools.stream().map(ToolSchema::name).distinct().count() < tools.size())
                throw new IllegalArgumentException(
                        "The tools " + tools.stream().map(ToolSchema::name).toList() + " must have different names.");
        }
    }

    /** {@return any text} */
    static OutputFormat free() {
        return new Free();
    }

    /** {@return any JSON object} */
    static OutputFormat json() {
        return new Json(JsonSchema.anyObject());
    }

    /** {@return JSON that fits a schema; errors as in {@link JsonSchema#parse}} */
    static OutputFormat json(String schema) {
        return new Json(JsonSchema.parse(schema));
    }

    /** {@return whether any text fits} */
    default boolean isFree() {
        return this instanceof Free;
    }

    /** {@return one line of JSON that {@link #parse} reads back} */
    default String text() {
        ObjectNode out = new JsonMapper().createObjectNode();
        switch (this) {
            case Free _ -> {}
            case Json j -> out.set("json", tree(j.schema().text()));
            case Calls c -> {
                ArrayNode tools = out.putArray("tools");
                for (ToolSchema t : c.tools())
                    tools.addObject()
                            .put("name", t.name())
                            .set("parameters", tree(t.parameters().text()));
                out.put("answer", c.answerAllowed());
            }
        }
        return out.toString();
    }

    /**
     * Reads {@link #text()} back.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    static OutputFormat parse(String text) {
        JsonNode in = tree(text);
        if (in.has("json")) return json(in.get("json").toString());
        if (!in.has("tools")) {
            if (in.isObject() && in.isEmpty()) return free();
            throw new IllegalArgumentException("The output format " + text + " has neither \"json\" nor \"tools\".");
        }
        List<ToolSchema> tools = new ArrayList<>();
        for (JsonNode t : in.get("tools"))
            tools.add(
                    ToolSchema.of(t.path("name").asText(), t.path("parameters").toString()));
        return new Calls(tools, in.path("answer").asBoolean());
    }

    private static JsonNode tree(String json) {
        try {
            return JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The output format " + json + " is no JSON.", e);
        }
    }
}
