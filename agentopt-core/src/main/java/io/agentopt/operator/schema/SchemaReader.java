package io.agentopt.operator.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads a schema; what it does not know it refuses, since an answer would not be held to it. */
final class SchemaReader {
    private static final int DEEPEST = 64;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Set<String> SAID = Set.of(
            "$schema",
            "$id",
            "$comment",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly");
    private static final Set<String> KNOWN = new TreeSet<>(Set.of(
            "type",
            "enum",
            "const",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minItems",
            "maxItems"));

    private SchemaReader() {}

    static JsonSchema read(String json) {
        JsonNode tree;
        try {
            tree = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The JSON schema is no JSON: " + e.getOriginalMessage() + ".", e);
        }
        return schema(tree, "#", 0);
    }

    private static JsonSchema schema(JsonNode node, String at, int depth) {
        if (depth > DEEPEST) throw refused(at, "is nested deeper than " + DEEPEST + " levels");
        if (node.isBoolean() && node.asBoolean()) return new JsonSchema.Any();
        if (!node.isObject()) throw refused(at, "is neither an object nor true");
        node.fieldNames().forEachRemaining(k -> {
            if (!KNOWN.contains(k) && !SAID.contains(k)) {
                throw refused(
                        at, "has the keyword \"" + k + "\", to which an answer cannot be held. Known are " + KNOWN);
            }
        });
        if (node.has("const"))
            return new JsonSchema.Choice(List.of(node.get("const").toString()));
        if (node.has("enum")) return choice(node.get("enum"), at);
        JsonNode type = node.path("type");
        if (type.isMissingNode()) return untyped(node, at, depth);
        if (type.isTextual()) return typed(type.asText(), node, at, depth);
        if (!type.isArray()) throw refused(at + "/type", "is neither a text nor a list of texts");
        Set<String> names = new LinkedHashSet<>();
        type.forEach(t -> names.add(t.asText()));
        if (names.contains("number")) names.remove("integer");
        List<JsonSchema> kinds = new ArrayList<>();
        for (String name : names) kinds.add(typed(name, node, at, depth));
        if (kinds.isEmpty()) throw refused(at + "/type", "is empty");
        return kinds.size() == 1 ? kinds.getFirst() : new JsonSchema.Union(kinds);
    }

    private static JsonSchema untyped(JsonNode node, String at, int depth) {
        if (node.has("properties") || node.has("required") || node.has("additionalProperties"))
            return typed("object", node, at, depth);
        return node.has("items") || node.has("minItems") || node.has("maxItems")
                ? typed("array", node, at, depth)
                : new JsonSchema.Any();
    }

    private static JsonSchema typed(String type, JsonNode node, String at, int depth) {
        return switch (type) {
            case "string" -> new JsonSchema.Text();
            case "number" -> new JsonSchema.Numeric(false);
            case "integer" -> new JsonSchema.Numeric(true);
            case "boolean" -> new JsonSchema.Truth();
            case "null" -> new JsonSchema.Null();
            case "array" ->
                new JsonSchema.Items(
                        node.has("items") ? schema(node.get("items"), at + "/items", depth + 1) : new JsonSchema.Any(),
                        count(node, "minItems", 0, at),
                        count(node, "maxItems", Integer.MAX_VALUE, at));
            case "object" -> fields(node, at, depth);
            default ->
                throw refused(
                        at + "/type",
                        "is \"" + type + "\", which is none of string, number, integer, boolean, null, array, object");
        };
    }

    private static JsonSchema fields(JsonNode node, String at, int depth) {
        Map<String, JsonSchema> properties = new LinkedHashMap<>();
        JsonNode declared = node.path("properties");
        if (!declared.isMissingNode() && !declared.isObject()) throw refused(at + "/properties", "is no object");
        for (var e : declared.properties())
            properties.put(e.getKey(), schema(e.getValue(), at + "/properties/" + e.getKey(), depth + 1));
        Set<String> required = new LinkedHashSet<>();
        JsonNode needed = node.path("required");
        if (!needed.isMissingNode() && !needed.isArray()) throw refused(at + "/required", "is no list");
        for (JsonNode name : needed) {
            if (!properties.containsKey(name.asText()))
                throw refused(
                        at + "/required",
                        "names \"" + name.asText() + "\", which is not among the properties " + properties.keySet()
                                + ". Declare it there");
            required.add(name.asText());
        }
        JsonNode more = node.path("additionalProperties");
        Optional<JsonSchema> additional = more.isMissingNode()
                ? Optional.of(new JsonSchema.Any())
                : more.isBoolean() && !more.asBoolean()
                        ? Optional.empty()
                        : Optional.of(schema(more, at + "/additionalProperties", depth + 1));
        return new JsonSchema.Fields(properties, required, additional);
    }

    private static JsonSchema choice(JsonNode values, String at) {
        if (!values.isArray() || values.isEmpty()) throw refused(at + "/enum", "is no list of at least one value");
        List<String> literals = new ArrayList<>();
        values.forEach(v -> literals.add(v.toString()));
        return new JsonSchema.Choice(literals);
    }

    private static int count(JsonNode node, String name, int otherwise, String at) {
        JsonNode value = node.path(name);
        if (value.isMissingNode()) return otherwise;
        if (!value.isInt() || value.asInt() < 0) throw refused(at + "/" + name, "is no whole number from 0");
        return value.asInt();
    }

    private static IllegalArgumentException refused(String at, String why) {
        return new IllegalArgumentException("The JSON schema at " + at + " " + why + ".");
    }
}
