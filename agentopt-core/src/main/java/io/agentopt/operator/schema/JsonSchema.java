package io.agentopt.operator.schema;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a JSON value may be: the part of JSON Schema that an answer can be held to token by token. Keywords: type (one or
 * several), enum, const, properties, required, additionalProperties, items, minItems, maxItems; descriptions are read over, any
 * other keyword is refused by name.
 */
public sealed interface JsonSchema {
    /** Any value. */
    record Any() implements JsonSchema {}

    /** A string. */
    record Text() implements JsonSchema {}

    /**
     * A number.
     *
     * @param integer whether it is written without fraction and exponent
     */
    record Numeric(boolean integer) implements JsonSchema {}

    /** True or false. */
    record Truth() implements JsonSchema {}

    /** Null. */
    record Null() implements JsonSchema {}

    /**
     * One of these values.
     *
     * @param literals each as JSON without white space, at least one
     */
    record Choice(List<String> literals) implements JsonSchema {
        public Choice {
            literals = List.copyOf(new LinkedHashSet<>(literals));
            if (literals.isEmpty()) throw new IllegalArgumentException("An enum of a JSON schema must have a value.");
        }
    }

    /**
     * An array.
     *
     * @param min fewest items
     * @param max most items; {@link Integer#MAX_VALUE} if any number
     */
    record Items(JsonSchema item, int min, int max) implements JsonSchema {
        public Items {
            if (min < 0 || max < min) {
                throw new IllegalArgumentException(
                        "The minItems (" + min + ") of a JSON schema must be from 0 to its maxItems (" + max + ").");
            }
        }
    }

    /**
     * An object.
     *
     * @param properties by name, in the order in which they are generated
     * @param required names of {@code properties} that must be there
     * @param additional what other properties may be; empty if there may be none
     */
    record Fields(Map<String, JsonSchema> properties, Set<String> required, Optional<JsonSchema> additional)
            implements JsonSchema {
        public Fields {
            properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
            required = Collections.unmodifiableSet(new LinkedHashSet<>(required));
            for (String name : required) {
                if (!properties.containsKey(name)) {
                    throw new IllegalArgumentException(
                            "The required property \"" + name + "\" of a JSON schema is not among its properties "
                                    + properties.keySet() + ". Declare it there.");
                }
            }
        }
    }

    /**
     * A value of one of several types.
     *
     * @param kinds at least one, no two with the same first letter in JSON
     */
    record Union(List<JsonSchema> kinds) implements JsonSchema {
        public Union {
            kinds = List.copyOf(kinds);
            if (kinds.isEmpty()) throw new IllegalArgumentException("The types of a JSON schema must not be empty.");
        }
    }

    /** {@return a schema that any JSON object fits} */
    static Fields anyObject() {
        return new Fields(Map.of(), Set.of(), Optional.of(new Any()));
    }

    /**
     * Reads a schema.
     *
     * @throws IllegalArgumentException if it is no JSON, or asks for what cannot be held; the message names the place
     */
    static JsonSchema parse(String json) {
        return SchemaReader.read(json);
    }

    /** {@return this as JSON, such that {@link #parse} reads an equal schema} */
    default String text() {
        return SchemaWriter.json(this).toString();
    }

    /** {@return what is wrong with a JSON text by this schema, with the place; empty if it fits} */
    default Optional<String> violation(String json) {
        return SchemaCheck.violation(this, json);
    }
}
