package io.agentopt.operator;

import io.agentopt.operator.schema.JsonSchema;

/**
 * A tool as a model is held to it.
 *
 * @param name that a call names
 * @param parameters what its arguments may be
 */
public record ToolSchema(String name, JsonSchema.Fields parameters) {
    public ToolSchema {
        if (name.isBlank()) throw new IllegalArgumentException("A tool needs a name; it is blank.");
    }

    /**
     * A tool whose parameters are given as JSON Schema.
     *
     * @throws IllegalArgumentException if the schema cannot be read or is not of an object
     */
    public static ToolSchema of(String name, String schema) {
        if (JsonSchema.parse(schema) instanceof JsonSchema.Fields fields) return new ToolSchema(name, fields);
        throw new IllegalArgumentException(
                "The parameters of tool '" + name + "' must be an object with properties, not " + schema + ".");
    }
}
