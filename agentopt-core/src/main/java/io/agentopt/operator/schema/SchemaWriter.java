package io.agentopt.operator.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes a schema as JSON. */
final class SchemaWriter {
    private static final JsonMapper JSON = new JsonMapper();

    private SchemaWriter() {}

    static JsonNode json(JsonSchema schema) {
        ObjectNode out = JSON.createObjectNode();
        switch (schema) {
            case JsonSchema.Any _ -> {}
            case JsonSchema.Text _ -> out.put("type", "string");
            case JsonSchema.Numeric n -> out.put("type", n.integer() ? "integer" : "number");
            case JsonSchema.Truth _ -> out.put("type", "boolean");
            case JsonSchema.Null _ -> out.put("type", "null");
            case JsonSchema.Choice c -> {
                ArrayNode values = out.putArray("enum");
                c.literals().forEach(l -> values.add(read(l)));
            }
            case JsonSchema.Items a -> {
                out.put("type", "array").set("items", json(a.item()));
                if (a.min() > 0) out.put("minItems", a.min());
                if (a.max() < Integer.MAX_VALUE) out.put("maxItems", a.max());
            }
            case JsonSchema.Fields f -> {
                ObjectNode properties = out.put("type", "object").putObject("properties");
                f.properties().forEach((name, p) -> properties.set(name, json(p)));
                f.required().forEach(out.putArray("required")::add);
                if (f.additional().isEmpty()) out.put("additionalProperties", false);
                else if (!(f.additional().get() instanceof JsonSchema.Any))
                    out.set("additionalProperties", json(f.additional().get()));
            }
            case JsonSchema.Union u -> union(u, out);
        }
        return out;
    }

    private static void union(JsonSchema.Union u, ObjectNode out) {
        ArrayNode types = JSON.createArrayNode();
        for (JsonSchema kind : u.kinds()) {
            ObjectNode one = (ObjectNode) json(kind);
            types.add(one.path("type"));
            out.setAll(one);
        }
        out.set("type", types);
    }

    private static JsonNode read(String literal) {
        try {
            return JSON.readTree(literal);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The enum value " + literal + " of a JSON schema is no JSON.", e);
        }
    }
}
