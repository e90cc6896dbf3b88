package io.agentopt.operator.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;

/** Compares a whole JSON text with a schema. */
final class SchemaCheck {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private SchemaCheck() {}

    static Optional<String> violation(JsonSchema schema, String text) {
        try {
            JsonNode tree = JSON.readTree(text);
            return tree.isMissingNode() ? Optional.of("The text is empty.") : at(schema, tree, "$");
        } catch (JsonProcessingException e) {
            return Optional.of("The text is no JSON: " + e.getOriginalMessage());
        }
    }

    private static Optional<String> at(JsonSchema schema, JsonNode value, String place) {
        return switch (schema) {
            case JsonSchema.Any _ -> Optional.empty();
            case JsonSchema.Text _ -> must(value.isTextual(), place, "a string");
            case JsonSchema.Numeric n ->
                n.integer()
                        ? must(value.isIntegralNumber(), place, "an integer")
                        : must(value.isNumber(), place, "a number");
            case JsonSchema.Truth _ -> must(value.isBoolean(), place, "true or false");
            case JsonSchema.Null _ -> must(value.isNull(), place, "null");
            case JsonSchema.Choice c -> must(c.literals().contains(value.toString()), place, "one of " + c.literals());
            case JsonSchema.Items a -> items(a, value, place);
            case JsonSchema.Fields f -> fields(f, value, place);
            case JsonSchema.Union u ->
                must(u.kinds().stream().anyMatch(k -> at(k, value, place).isEmpty()), place, "of one of " + u.kinds());
        };
    }

    private static Optional<String> items(JsonSchema.Items a, JsonNode value, String place) {
        if (!value.isArray()) return must(false, place, "an array");
        if (value.size() < a.min() || value.size() > a.max())
            return must(false, place, "an array of " + a.min() + " to " + a.max() + " items");
        for (int i = 0; i < value.size(); i++) {
            Optional<String> wrong = at(a.item(), value.get(i), place + "[" + i + "]");
            if (wrong.isPresent()) return wrong;
        }
        return Optional.empty();
    }

    private static Optional<String> fields(JsonSchema.Fields f, JsonNode value, String place) {
        if (!value.isObject()) return must(false, place, "an object");
        for (String name : f.required()) {
            if (!value.has(name)) return must(false, place, "an object with \"" + name + "\"");
        }
        for (var e : value.properties()) {
            JsonSchema declared = f.properties().get(e.getKey());
            String inner = place + "." + e.getKey();
            if (declared == null && f.additional().isEmpty())
                return Optional.of("The value at " + inner + " must not be there.");
            Optional<String> wrong =
                    at(declared != null ? declared : f.additional().orElseThrow(), e.getValue(), inner);
            if (wrong.isPresent()) return wrong;
        }
        return Optional.empty();
    }

    private static Optional<String> must(boolean is, String place, String what) {
        return is ? Optional.empty() : Optional.of("The value at " + place + " must be " + what + ".");
    }
}
