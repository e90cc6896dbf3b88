package io.agentopt.compiled;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphJson;
import io.agentopt.operator.Tool;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a graph is the one that was compiled: its structure, and every function, tool, memory and index by name. Finds the first difference and says where. */
final class GraphMatch {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private GraphMatch() {}

    /** {@return the tools that may be merged and repeated, by name, sorted} */
    static List<String> idempotentTools(AgentGraph<?, ?> graph) {
        List<String> names = new ArrayList<>();
        graph.calls().values().forEach(c -> {
            if (c.operator() instanceof Tool<?, ?> t && t.idempotent()) names.add(t.name());
        });
        return names.stream().distinct().sorted().toList();
    }

    /**
     * {@return how a graph differs from the compiled one, as the predicate of a sentence about the compiled plan; empty if it does not}
     *
     * @param compiled the compiled graph's JSON
     * @throws IllegalArgumentException if that is no JSON
     */
    static Optional<String> difference(byte[] compiled, List<String> idempotentTools, AgentGraph<?, ?> graph) {
        Optional<String> structure =
                difference(tree(compiled), tree(GraphJson.write(graph).getBytes(StandardCharsets.UTF_8)), "graph", "");
        if (structure.isPresent()) return structure;
        Set<String> changed = new LinkedHashSet<>(idempotentTools);
        List<String> now = idempotentTools(graph);
        now.forEach(changed::remove);
        if (!changed.isEmpty())
            return Optional.of(
                    "was made when tool '" + changed.iterator().next() + "' was idempotent, and now it is not");
        Set<String> added = new LinkedHashSet<>(now);
        idempotentTools.forEach(added::remove);
        return added.stream().findFirst().map(t -> "was made when tool '" + t + "' was not idempotent, and now it is");
    }

    private static JsonNode tree(byte[] json) {
        try {
            return MAPPER.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("graph.json is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Optional<String> difference(JsonNode then, JsonNode now, String field, String path) {
        if (then.equals(now)) return Optional.empty();
        String changed = "has the " + field + " " + text(then) + (path.isEmpty() ? "" : " at node '" + path + "'")
                + ", and the graph has " + text(now);
        if (!then.isObject() || !now.isObject()) return Optional.of(changed);
        String here = then.path("name").isTextual()
                ? AgentGraph.path(path, then.path("name").textValue())
                : path;
        Set<String> fields = new LinkedHashSet<>();
        then.fieldNames().forEachRemaining(fields::add);
        now.fieldNames().forEachRemaining(fields::add);
        for (String f : fields) {
            Optional<String> inside = f.equals("nodes")
                    ? nodes(then.path(f), now.path(f), here)
                    : difference(then.path(f), now.path(f), f, here);
            if (inside.isPresent()) return inside;
        }
        return Optional.of(changed);
    }

    private static Optional<String> nodes(JsonNode then, JsonNode now, String path) {
        List<String> before = names(then);
        List<String> after = names(now);
        String where = path.isEmpty() ? "" : " in '" + path + "'";
        List<String> gone = new ArrayList<>(before);
        gone.removeAll(after);
        if (!gone.isEmpty())
            return Optional.of("has a node '" + gone.getFirst() + "'" + where + ", and the graph has not");
        List<String> added = new ArrayList<>(after);
        added.removeAll(before);
        if (!added.isEmpty())
            return Optional.of("has no node '" + added.getFirst() + "'" + where + ", and the graph has");
        if (!before.equals(after))
            return Optional.of("has the nodes " + before + where + ", and the graph has " + after);
        for (int i = 0; i < then.size(); i++) {
            Optional<String> inside = difference(then.get(i), now.get(i), "node", path);
            if (inside.isPresent()) return inside;
        }
        return Optional.empty();
    }

    private static List<String> names(JsonNode nodes) {
        List<String> names = new ArrayList<>();
        nodes.forEach(n -> names.add(n.path("name").asText()));
        return names;
    }

    private static String text(JsonNode v) {
        if (v.isMissingNode()) return "(none)";
        String text = v.toString();
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }
}
