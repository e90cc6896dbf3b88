package io.agentopt.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Memory;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.ModelRef;
import io.agentopt.operator.Operator;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads what {@link GraphJson} writes. One reader per graph; nested graphs get their own. */
final class GraphJsonReader {
    private static final int DEEPEST = 64;
    private final String graph;
    private final Bindings bindings;
    private final int depth;
    private final Set<ValueId> defined = new HashSet<>();

    private GraphJsonReader(String graph, Bindings bindings, int depth) {
        this.graph = graph;
        this.bindings = bindings;
        this.depth = depth;
    }

    static <I, O> AgentGraph<I, O> read(
            ObjectMapper mapper, String json, Class<I> input, Class<O> output, Bindings bindings) {
        JsonNode tree;
        try {
            tree = mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new GraphException("(unread)", "", "the file is not JSON: " + e.getOriginalMessage() + " at line "
                    + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ".", e);
        }
        return graph(tree, "", input, output, bindings, 0);
    }

    private static <I, O> AgentGraph<I, O> graph(
            JsonNode tree, String path, Class<I> input, Class<O> output, Bindings bindings, int depth) {
        JsonNode nameNode = tree.path("graph");
        if (!nameNode.isTextual()) {
            throw new GraphException("(unnamed)", path, "the field \"graph\" with the graph's name is missing.");
        }
        String name = nameNode.textValue();
        GraphChecks.graphName(name);
        if (tree.path("format").asInt(-1) != GraphJson.FORMAT) {
            throw new GraphException(name, path, "the file has format " + tree.path("format") + "; this version reads format "
                    + GraphJson.FORMAT + ". Write it again with this version.");
        }
        type(name, path, tree, "input", input);
        type(name, path, tree, "output", output);
        GraphJsonReader reader = new GraphJsonReader(name, bindings, depth);
        Region body = reader.region(path, tree.path("body"), 1, 1, Set.of(), depth);
        try {
            return new AgentGraph<>(name, input, output, body);
        } catch (GraphException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new GraphException(name, path, String.valueOf(e.getMessage()), e);
        }
    }

    private static void type(String graph, String path, JsonNode tree, String field, Class<?> expected) {
        String written = tree.path(field).asText("");
        if (expected != Object.class && !written.equals(expected.getName())) {
            throw new GraphException(graph, path, "its " + field + " type is " + written + " in the file but "
                    + expected.getName() + " was asked for.");
        }
    }

    private Region region(String path, JsonNode tree, int parameters, int yields, Set<ValueId> outer, int level) {
        if (level > DEEPEST) throw error(path, "regions are nested deeper than " + DEEPEST + ". Flatten the graph.");
        if (!tree.isObject()) throw error(path, "the region's body is missing.");
        List<ValueId> params = ids(path, tree, "parameters");
        if (params.size() != parameters) throw error(path, "the region has " + params.size() + " parameters; it needs " + parameters + ".");
        params.forEach(p -> define(path, p));
        JsonNode list = tree.path("nodes");
        if (!list.isArray()) throw error(path, "the field \"nodes\" is missing or not a list.");
        Set<ValueId> visible = new HashSet<>(outer);
        visible.addAll(params);
        Set<ValueId> inside = new HashSet<>(visible);
        Set<String> names = new HashSet<>();
        for (JsonNode n : list) {
            String name = text(path, n, "name");
            GraphChecks.name(graph, path, name);
            if (!names.add(name)) throw error(AgentGraph.path(path, name), "the name is taken in its region. Names must be unique there.");
            ValueId result = new ValueId((int) number(AgentGraph.path(path, name), n, "result"));
            define(AgentGraph.path(path, name), result);
            inside.add(result);
        }
        List<Node> nodes = new ArrayList<>();
        for (JsonNode n : list) nodes.add(node(AgentGraph.path(path, n.path("name").asText()), n, inside, level));
        List<ValueId> leaving = ids(path, tree, "yields");
        if (leaving.size() != yields) throw error(path, "the region yields " + leaving.size() + " values; it needs " + yields + ".");
        for (ValueId v : leaving) known(path, v, inside);
        return new Region(params, NodeOrder.sort(graph, path, nodes), leaving);
    }

    private Node node(String path, JsonNode n, Set<ValueId> visible, int level) {
        String name = n.path("name").asText();
        String kind = text(path, n, "kind");
        List<ValueId> in = ids(path, n, "inputs");
        in.forEach(v -> known(path, v, visible));
        ValueId result = new ValueId(n.path("result").asInt());
        try {
            return switch (kind) {
                case "loop" -> new Node.Loop(
                        name,
                        only(path, in),
                        region(path, n.path("body"), 1, 3, visible, level + 1),
                        new Iterations((int) number(path, n, "max"), number(path, n, "expected")),
                        result);
                case "when" -> new Node.When(
                        name,
                        only(path, in),
                        within(path, "probability", number(path, n, "probability"), 1),
                        region(path + "/then", n.path("then"), 0, 1, visible, level + 1),
                        region(path + "/else", n.path("else"), 0, 1, visible, level + 1),
                        result);
                case "for_each" -> new Node.ForEach(
                        name,
                        only(path, in),
                        within(path, "expected", number(path, n, "expected"), Double.MAX_VALUE),
                        region(path, n.path("body"), 1, 1, visible, level + 1),
                        result);
                case "graph" -> nested(path, name, n, in, result);
                default -> call(path, name, kind, n, in, result);
            };
        } catch (GraphException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new GraphException(graph, path, String.valueOf(e.getMessage()), e);
        }
    }

    private Node nested(String path, String name, JsonNode n, List<ValueId> in, ValueId result) {
        if (depth + 1 > DEEPEST) throw error(path, "graphs are nested deeper than " + DEEPEST + ".");
        return new Node.Nested(
                name, graph(n.path("graph"), path, Object.class, Object.class, bindings, depth + 1), only(path, in), result);
    }

    private Node call(String path, String name, String kind, JsonNode n, List<ValueId> in, ValueId result) {
        Operator<?, ?> operator = switch (kind) {
            case "generate" -> new Generate(
                    new ModelRef(n.path("model").asText("")),
                    (int) number(path, n, "maxTokens"),
                    Sampling.parse(text(path, n, "sampling")),
                    number(path, n, "expectedPromptTokens"),
                    number(path, n, "expectedOutputTokens"));
            case "embed" -> new Embed(new ModelRef(n.path("model").asText("")), number(path, n, "expectedTokens"));
            case "search" -> new VectorSearch(
                    bindings.find(PassageIndex.class, "index", text(path, n, "index"), graph, path), (int) number(path, n, "k"));
            case "tool" -> bindings.find(Tool.class, "tool", text(path, n, "tool"), graph, path);
            case "transform" -> bindings.find(Transform.class, "function", text(path, n, "function"), graph, path);
            case "memory_load" -> new MemoryLoad<>(bindings.find(Memory.class, "memory", text(path, n, "memory"), graph, path));
            case "memory_store" -> new MemoryStore<>(bindings.find(Memory.class, "memory", text(path, n, "memory"), graph, path));
            default -> throw error(path, "the kind \"" + kind + "\" is unknown. This version knows generate, embed, search, tool,"
                    + " transform, memory_load, memory_store, loop, when, for_each and graph.");
        };
        Node.Call call = new Node.Call(name, operator, in, result, options(path, n.path("options")));
        GraphChecks.call(graph, path, call);
        return call;
    }

    private NodeOptions options(String path, JsonNode o) {
        if (o.isMissingNode()) return NodeOptions.NONE;
        Set<String> forbidden = new TreeSet<>();
        o.path("forbidden").forEach(c -> forbidden.add(c.asText()));
        Optional<Duration> timeout = o.has("timeoutSeconds")
                ? Optional.of(Duration.ofNanos((long) (number(path, o, "timeoutSeconds") * 1e9)))
                : Optional.empty();
        Optional<String> pinned = o.has("pinnedTo") ? Optional.of(text(path, o, "pinnedTo")) : Optional.empty();
        double bytes = o.has("outputBytes") ? number(path, o, "outputBytes") : NodeOptions.DEFAULT_OUTPUT_BYTES;
        return new NodeOptions(timeout, o.path("retries").asInt(0), pinned, forbidden, bytes);
    }

    private void define(String path, ValueId id) {
        if (id.number() < 0) throw error(path, "the value number " + id.number() + " is negative.");
        if (!defined.add(id)) throw error(path, "the value " + id + " is defined twice.");
    }

    private void known(String path, ValueId id, Set<ValueId> visible) {
        if (!visible.contains(id)) throw error(path, "unknown port " + id + ". Nothing visible here defines it.");
    }

    private ValueId only(String path, List<ValueId> in) {
        if (in.size() != 1) throw error(path, "it takes 1 input but got " + in.size() + ".");
        return in.getFirst();
    }

    private double within(String path, String field, double value, double most) {
        if (!(value >= 0 && value <= most)) {
            throw error(path, "the " + field + " (" + value + ") is out of range. Give one in 0.." + (most == 1 ? "1" : "") + ".");
        }
        return value;
    }

    private List<ValueId> ids(String path, JsonNode tree, String field) {
        JsonNode list = tree.path(field);
        if (!list.isArray()) throw error(path, "the field \"" + field + "\" is missing or not a list of value numbers.");
        List<ValueId> out = new ArrayList<>();
        for (JsonNode v : list) {
            if (!v.isInt()) throw error(path, "the field \"" + field + "\" holds " + v + ", which is not a value number.");
            out.add(new ValueId(v.intValue()));
        }
        return out;
    }

    private String text(String path, JsonNode n, String field) {
        if (!n.path(field).isTextual()) throw error(path, "the field \"" + field + "\" is missing or not a text.");
        return n.path(field).textValue();
    }

    private double number(String path, JsonNode n, String field) {
        if (!n.path(field).isNumber()) throw error(path, "the field \"" + field + "\" is missing or not a number.");
        return n.path(field).doubleValue();
    }

    private GraphException error(String path, String problem) {
        return new GraphException(graph, path, problem);
    }
}
