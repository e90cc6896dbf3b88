package io.agentopt.message;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A model's wish to call a tool.
 *
 * @param name the tool
 * @param arguments values by argument name
 */
public record ToolCall(String name, Map<String, String> arguments) {
    public ToolCall {
        Objects.requireNonNull(name, "name");
        arguments = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(arguments));
    }
}
