package io.agentopt.internal;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A value of a JSON file that knows where it stands, so that every complaint names file, path, line, value and way out. Reading is
 * strict: unknown fields, duplicate keys, trailing text and numbers that no double holds are errors.
 */
public final class JsonValue {
    private static final long MOST_BYTES = 16L << 20;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String file;
    private final String path;
    private final JsonNode node;
    private final byte[] source; // for lines; empty where they are not known

    JsonValue(String file, String path, JsonNode node) {
        this(file, path, node, new byte[0]);
    }

    private JsonValue(String file, String path, JsonNode node, byte[] source) {
        this.file = file;
        this.path = path;
        this.node = node;
        this.source = source;
    }

    /**
     * Reads a file of at most 16 MB.
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if it is not one JSON value
     */
    public static JsonValue read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new IllegalArgumentException("The file " + file + " has " + size + " bytes; at most " + MOST_BYTES
                        + " are read. Is it the file you meant?");
            }
            return parse(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The file " + file + " cannot be read (" + e + "). Check the path and its permissions.", e);
        }
    }

    /** Reads a resource that lies beside a class. */
    public static JsonValue read(Class<?> owner, String resource) {
        try (InputStream in = owner.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The packaged resource " + resource + " of " + owner.getName()
                        + " is missing. Repackage the jar with its resources.");
            }
            return parse(resource, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("The packaged resource " + resource + " cannot be read: " + e, e);
        }
    }

    /** Parses a text; {@code name} stands for the file in messages. */
    public static JsonValue parse(String name, byte[] utf8) {
        try {
            JsonNode root = MAPPER.readTree(utf8);
            if (root == null || root.isMissingNode()) {
                throw new IllegalArgumentException("The file " + name + " is empty. It must hold one JSON object.");
            }
            return new JsonValue(name, "$", root, utf8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "The file " + name + " is not valid JSON: " + e.getOriginalMessage() + place(e)
                            + ". Correct it there.",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + name + " cannot be read: " + e, e);
        }
    }

    /** {@return " at line 2, column 3", or nothing where a limit of the parser was passed: that has no place} */
    public static String place(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** Checks {@code "format": expected}, which every file starts with. */
    public JsonValue format(int expected) {
        JsonValue format = at("format");
        if (format.integer() != expected) {
            throw format.wrong("is not a version this release reads", "It reads \"format\": " + expected + ".");
        }
        return this;
    }

    /** {@return a field that must be there} */
    public JsonValue at(String field) {
        return maybe(field)
                .orElseThrow(() -> new IllegalArgumentException(
                        "The field \"" + field + "\" is missing at " + path + " of " + file + ". Add it."));
    }

    /** {@return a field, empty where it is absent or null} */
    public Optional<JsonValue> maybe(String field) {
        requireObject();
        JsonNode child = node.get(field);
        return child == null || child.isNull()
                ? Optional.empty()
                : Optional.of(new JsonValue(file, path + "." + field, child, source));
    }

    /** Rejects fields beside these. */
    public JsonValue only(String... fields) {
        requireObject();
        Set<String> allowed = Set.of(fields);
        for (String name : names()) {
            if (!allowed.contains(name)) {
                throw new IllegalArgumentException(
                        "The field \"" + name + "\" at " + path + " of " + file + " is unknown. Did you mean \""
                                + Nearest.to(name, allowed).getFirst() + "\"? Known are " + List.of(fields) + ".");
            }
        }
        return this;
    }

    /** {@return the names of an object's fields, in file order} */
    public List<String> names() {
        requireObject();
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** {@return the elements of an array} */
    public List<JsonValue> items() {
        if (!node.isArray()) throw wrong("is not a list", "Write it as [ ... ].");
        List<JsonValue> items = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) items.add(new JsonValue(file, path + "[" + i + "]", node.get(i), source));
        return items;
    }

    /** {@return a text that is not blank} */
    public String text() {
        if (!node.isTextual() || node.textValue().isBlank()) throw wrong("is not a text", "Write it as \"...\".");
        return node.textValue();
    }

    /** {@return a finite number} */
    public double number() {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue()))
            throw wrong("is not a finite number", "Write a number such as 1.5.");
        return node.doubleValue();
    }

    /** {@return a number above zero} */
    public double positive() {
        double value = number();
        if (!(value > 0)) throw wrong("must be above zero", "Leave the field out if the number is unknown.");
        return value;
    }

    /** {@return a number of at least zero} */
    public double notNegative() {
        double value = number();
        if (!(value >= 0)) throw wrong("must not be negative", "Leave the field out if the number is unknown.");
        return value;
    }

    /** {@return a positive number, empty where the field is absent} */
    public OptionalDouble maybePositive(String field) {
        Optional<JsonValue> value = maybe(field);
        return value.isPresent() ? OptionalDouble.of(value.get().positive()) : OptionalDouble.empty();
    }

    /** {@return a whole number in the range of int} */
    public int integer() {
        if (!node.isIntegralNumber() || !node.canConvertToInt())
            throw wrong("is not a whole number", "Write a number such as 8.");
        return node.intValue();
    }

    /** {@return true or false} */
    public boolean flag() {
        if (!node.isBoolean()) throw wrong("is neither true nor false", "Write true or false.");
        return node.booleanValue();
    }

    /** {@return whether this is a text} */
    public boolean isText() {
        return node.isTextual();
    }

    /** {@return an error about this value, to throw} */
    public IllegalArgumentException wrong(String what, String wayOut) {
        String value = node.toString();
        if (value.length() > 80) value = value.substring(0, 80) + "...";
        return new IllegalArgumentException(
                "The value " + value + " at " + path + " of " + file + " " + what + ". " + wayOut + line());
    }

    /** {@return an error that a constructor found in this value, with its place} */
    public IllegalArgumentException wrong(RuntimeException cause) {
        return new IllegalArgumentException("At " + path + " of " + file + ": " + cause.getMessage() + line(), cause);
    }

    private String line() {
        OptionalInt line = JsonLines.line(source, path);
        return line.isPresent() ? " It begins in line " + line.getAsInt() + "." : "";
    }

    /** Rejects two values with one name. */
    public void distinct(Set<String> seen, String name) {
        if (!seen.add(name))
            throw wrong("repeats the name '" + name + "'", "Names must be unique: rename or remove one.");
    }

    /** {@return a new set for {@link #distinct}} */
    public static Set<String> seen() {
        return new HashSet<>();
    }

    private void requireObject() {
        if (!node.isObject()) throw wrong("is not an object", "Write it as { ... }.");
    }
}
