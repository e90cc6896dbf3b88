package io.agentopt.plan.problem;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A JSON value that knows its file and path, so that every complaint names file, path, value and the way out. */
record JsonCursor(JsonNode node, String owner, String path) {

    IllegalArgumentException wrong(String wanted) {
        String text = node.toString();
        String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return new IllegalArgumentException(owner + ": the value at " + path + " (" + shown + ") " + wanted);
    }

    /** Requires an object that has no field but these: a misspelt optional field must not pass unnoticed. */
    JsonCursor object(Set<String> known) {
        if (!node.isObject()) throw wrong("must be an object.");
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!known.contains(field.getKey())) {
                throw new IllegalArgumentException(
                        owner + ": the field '" + field.getKey() + "' at " + path + " is unknown. Known fields: "
                                + known.stream().sorted().toList() + ".");
            }
        }
        return this;
    }

    boolean has(String field) {
        return node.has(field);
    }

    JsonCursor field(String name) {
        JsonNode child = node.get(name);
        if (child == null)
            throw new IllegalArgumentException(owner + ": the field '" + name + "' is missing at " + path + ".");
        return new JsonCursor(child, owner, path + "/" + name);
    }

    List<JsonCursor> items() {
        if (!node.isArray()) throw wrong("must be an array.");
        List<JsonCursor> items = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) items.add(new JsonCursor(node.get(i), owner, path + "/" + i));
        return items;
    }

    List<JsonCursor> optionalItems(String field) {
        return has(field) ? field(field).items() : List.of();
    }

    String text() {
        if (!node.isTextual()) throw wrong("must be a text.");
        return node.textValue();
    }

    boolean flag() {
        if (!node.isBoolean()) throw wrong("must be true or false.");
        return node.booleanValue();
    }

    double number() {
        if (!node.isNumber()) throw wrong("must be a number.");
        return node.doubleValue();
    }

    double number(String field, double otherwise) {
        return has(field) ? field(field).number() : otherwise;
    }

    long whole() {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) throw wrong("must be a whole number below 2^63.");
        return node.longValue();
    }

    long whole(String field, long otherwise) {
        return has(field) ? field(field).whole() : otherwise;
    }

    int smallWhole() {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) throw wrong("must be a whole number below 2^31.");
        return node.intValue();
    }

    int smallWhole(String field, int otherwise) {
        return has(field) ? field(field).smallWhole() : otherwise;
    }

    int nameIn(Map<String, Integer> indices, String what) {
        Integer index = indices.get(text());
        if (index == null)
            throw wrong("names no " + what + ". Known: "
                    + indices.keySet().stream().sorted().limit(20).toList() + ".");
        return index;
    }
}
