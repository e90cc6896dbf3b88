package io.agentopt.runtime.llm.pack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A file with one JSON object; fields by dotted path. Every complaint names the file and the field. */
record JsonFile(Path file, JsonNode root) {
    /** @throws ModelPackException if it cannot be read or holds no object */
    static JsonFile read(Path file) {
        JsonNode root = parse(file);
        if (!root.isObject()) throw new ModelPackException("The file " + file + " must hold one JSON object.");
        return new JsonFile(file, root);
    }

    private static JsonNode parse(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile()); // of an empty file a missing node
        } catch (JsonProcessingException e) {
            throw new ModelPackException(
                    "The file " + file + " is not JSON: " + e.getOriginalMessage() + " (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + "). Correct it.",
                    e);
        } catch (IOException e) {
            throw new ModelPackException("The file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** {@return the file, if it is there} */
    static Optional<JsonFile> ifThere(Path file) {
        return Files.isRegularFile(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /**
     * {@return the elements of a file that is a list}
     *
     * @throws ModelPackException if it cannot be read or holds no list
     */
    static List<JsonNode> list(Path file) {
        JsonNode root = parse(file);
        if (!root.isArray()) throw new ModelPackException("The file " + file + " must hold one JSON list.");
        return root.valueStream().toList();
    }

    boolean has(String field) {
        JsonNode value = pointed(field);
        return !value.isMissingNode() && !value.isNull();
    }

    JsonNode at(String field) {
        if (!has(field)) throw new ModelPackException("The file " + file + " lacks the field " + field + ".");
        return pointed(field);
    }

    String text(String field) {
        JsonNode value = at(field);
        if (!value.isTextual() || value.asText().isEmpty()) throw wrong(field, value, "must be a text");
        return value.asText();
    }

    String text(String field, String otherwise) {
        return has(field) ? text(field) : otherwise;
    }

    int integer(String field) {
        JsonNode value = at(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) throw wrong(field, value, "must be a whole number");
        return value.asInt();
    }

    int integer(String field, int otherwise) {
        return has(field) ? integer(field) : otherwise;
    }

    /** {@return a number, or {@code otherwise} if the field is not there} */
    double number(String field, double otherwise) {
        if (!has(field)) return otherwise;
        JsonNode value = at(field);
        if (!value.isNumber()) throw wrong(field, value, "must be a number");
        return value.asDouble();
    }

    boolean flag(String field, boolean otherwise) {
        if (!has(field)) return otherwise;
        JsonNode value = at(field);
        if (!value.isBoolean()) throw wrong(field, value, "must be true or false");
        return value.asBoolean();
    }

    /** {@return a number of at least 1} */
    int positive(String field) {
        int value = integer(field);
        if (value < 1) throw wrong(field, value, "must be positive");
        return value;
    }

    /** {@return the object in a field, as a file of its own} */
    JsonFile section(String field) {
        JsonNode value = at(field);
        if (!value.isObject()) throw wrong(field, value, "must be an object");
        return new JsonFile(file, value);
    }

    private JsonNode pointed(String field) {
        return root.at("/" + field.replace('.', '/'));
    }

    ModelPackException wrong(String field, Object value, String rule) {
        String shown = value instanceof String s ? "\"" + s + "\"" : value.toString();
        return new ModelPackException("The field " + field + " (" + shown + ") of " + file + " " + rule + ".");
    }
}
