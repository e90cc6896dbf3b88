package io.agentopt.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.internal.JsonValue;
import io.agentopt.operator.Operator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what {@link GraphJson} writes. One reader per graph; nested graphs get their own. Reading is strict: a field that is
 * unknown or of the wrong type is an error, since ignoring it could drop a wish such as a forbidden device.
 */
final class GraphJsonReader {
    private final String graph;
    private final Bindings bindings;
    private final Set<ValueId> defined = new HashSet<>();

    private GraphJsonReader(String graph, Bindings bindings) {
        this.graph = graph;
        this.bindings = bindings;
    }

    static <I, O> AgentGraph<I, O> read(
            ObjectMapper mapper, String json, Class<I> input, Class<O> output, Bindings bindings) {
        JsonNode tree;
        try {
            tree = mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new GraphException(
                    "(unread)",
                    "",
                    "the file is not JSON: " + e.getOriginalMessage() + JsonValue.place(e)
                            + ". Write it again with GraphJson.write.",
                    e);
        }
        GraphJsonReader reader = named(tree, "(unnamed)", "", bindings);
        reader.asked("input", reader.text("", tree, "input"), input);
        reader.asked("output", reader.text("", tree, "output"), output);
        return reader.graph("", tree, input, output, 0);
    }

    /** A reader for the graph in {@code tree}, which is the file or stands in a node at {@code path} of graph {@code owner}. */
    private static GraphJsonReader named(JsonNode tree, String owner, String path, Bindings bindings) {
        JsonNode name = tree.path("graph");
        if (!name.isTextual())
            throw new GraphException(
                    owner, path, "the field \"graph\" with the graph's name is missing or not a text.");
        GraphChecks.graphName(name.textValue());
        return new GraphJsonReader(name.textValue(), bindings);
    }

    String graph() {
        return graph;
    }

    private <I, O> AgentGraph<I, O> graph(String path, JsonNode tree, Class<I> input, Class<O> output, int level) {
        JsonNode format = tree.path("format");
        if (!format.isInt() || format.intValue() != GraphJson.FORMAT) {
            throw error(
                    path,
                    "the file has format " + (format.isMissingNode() ? "(none)" : format)
                            + "; this version reads format " + GraphJson.FORMAT
                            + ". Write it again with this version.");
        }
        fields(path, tree, "format", "graph", "input", "output", "body");
        return new AgentGraph<>(graph, input, output, region(path, tree, "body", 1, 1, Set.of(), level));
    }

    private void asked(String field, String written, Class<?> expected) {
        if (expected != Object.class && !written.equals(expected.getName())) {
            throw error(
                    "",
                    "its " + field + " type is " + written + " in the file but " + expected.getName()
                            + " was asked for. Ask for the type in the file.");
        }
    }

    private Region region(
            String path, JsonNode owner, String field, int parameters, int yields, Set<ValueId> outer, int level) {
        GraphChecks.depth(graph, path, level);
        JsonNode tree = owner.path(field);
        if (!tree.isObject()) throw error(path, "the field \"" + field + "\" is missing or not a region.");
        fields(path, tree, "parameters", "nodes", "yields");
        List<ValueId> params = ids(path, tree, "parameters");
        if (params.size() != parameters)
            throw error(path, "the region has " + params.size() + " parameters; it needs " + parameters + ".");
        params.forEach(p -> define(path, p));
        JsonNode list = tree.path("nodes");
        if (!list.isArray()) throw error(path, "the field \"nodes\" is missing or not a list.");
        Set<ValueId> inside = new HashSet<>(outer);
        inside.addAll(params);
        Set<String> names = new HashSet<>();
        for (JsonNode n : list) {
            if (!n.path("name").isTextual()) {
                throw error(
                        path,
                        "the field \"name\" of node number " + (names.size() + 1) + " in it is missing or not a text.");
            }
            String name = n.path("name").textValue();
            GraphChecks.name(graph, path, name);
            String nodePath = AgentGraph.path(path, name);
            if (!names.add(name))
                throw error(nodePath, "the name is taken in its region. Names must be unique there; choose another.");
            ValueId result = new ValueId(whole(nodePath, n, "result"));
            define(nodePath, result);
            inside.add(result);
        }
        List<Node> nodes = new ArrayList<>();
        for (JsonNode n : list)
            nodes.add(node(AgentGraph.path(path, n.path("name").textValue()), n, inside, level));
        List<ValueId> leaving = ids(path, tree, "yields");
        if (leaving.size() != yields)
            throw error(path, "the region yields " + leaving.size() + " values; it needs " + yields + ".");
        for (ValueId v : leaving) known(path, v, inside);
        return new Region(params, NodeOrder.sort(graph, path, nodes), leaving);
    }

    private Node node(String path, JsonNode n, Set<ValueId> visible, int level) {
        String name = n.path("name").textValue();
        String kind = text(path, n, "kind");
        List<ValueId> in = ids(path, n, "inputs");
        in.forEach(v -> known(path, v, visible));
        ValueId result = new ValueId(n.path("result").intValue());
        try {
            return switch (kind) {
                case "loop" -> {
                    fields(path, n, "name", "kind", "inputs", "result", "max", "expected", "body");
                    Iterations iterations = new Iterations(whole(path, n, "max"), number(path, n, "expected"));
                    yield new Node.Loop(
                            name,
                            only(path, in),
                            region(path, n, "body", 1, 3, visible, level + 1),
                            iterations,
                            result);
                }
                case "when" -> {
                    fields(path, n, "name", "kind", "inputs", "result", "probability", "then", "else");
                    double probability = number(path, n, "probability");
                    GraphChecks.probability(graph, path, probability);
                    yield new Node.When(
                            name,
                            only(path, in),
                            probability,
                            region(path + "/then", n, "then", 0, 1, visible, level + 1),
                            region(path + "/else", n, "else", 0, 1, visible, level + 1),
                            result);
                }
                case "for_each" -> {
                    fields(path, n, "name", "kind", "inputs", "result", "expected", "body");
                    double expected = number(path, n, "expected");
                    GraphChecks.expectedItems(graph, path, expected);
                    yield new Node.ForEach(
                            name, only(path, in), expected, region(path, n, "body", 1, 1, visible, level + 1), result);
                }
                case "graph" -> {
                    fields(path, n, "name", "kind", "inputs", "result", "graph");
                    yield new Node.Nested(name, nested(path, n.path("graph"), level + 1), only(path, in), result);
                }
                default -> call(path, name, kind, n, in, result);
            };
        } catch (GraphException e) {
            throw e;
        } catch (IllegalArgumentException e) { // of a record that checks its own numbers
            throw new GraphException(graph, path, String.valueOf(e.getMessage()), e);
        }
    }

    private AgentGraph<?, ?> nested(String path, JsonNode tree, int level) {
        GraphJsonReader inner = named(tree, graph, path, bindings);
        Class<?> input = bindings.findType(inner.text(path, tree, "input"), inner.graph, path);
        Class<?> output = bindings.findType(inner.text(path, tree, "output"), inner.graph, path);
        return inner.graph(path, tree, input, output, level);
    }

    private Node call(String path, String name, String kind, JsonNode n, List<ValueId> in, ValueId result) {
        Operator<?, ?> operator = new OperatorReader(this, bindings).read(path, kind, n, in.size());
        Node.Call call = new Node.Call(name, operator, in, result, options(path, n.path("options")));
        GraphChecks.call(graph, path, call);
        return call;
    }

    private NodeOptions options(String path, JsonNode o) {
        if (o.isMissingNode()) return NodeOptions.NONE;
        if (!o.isObject()) throw error(path, "the field \"options\" is not an object.");
        fields(path, o, "timeoutSeconds", "retries", "pinnedTo", "forbidden", "outputBytes", "zones");
        Optional<Duration> timeout = o.has("timeoutSeconds")
                ? Optional.of(Duration.ofNanos(Math.round(number(path, o, "timeoutSeconds") * 1e9)))
                : Optional.empty();
        Optional<String> pinned = o.has("pinnedTo") ? Optional.of(text(path, o, "pinnedTo")) : Optional.empty();
        double bytes = o.has("outputBytes") ? number(path, o, "outputBytes") : NodeOptions.DEFAULT_OUTPUT_BYTES;
        return new NodeOptions(
                timeout,
                o.has("retries") ? whole(path, o, "retries") : 0,
                pinned,
                names(path, o, "forbidden", "device class"),
                bytes,
                names(path, o, "zones", "zone"));
    }

    /** {@return a list of texts} */
    List<String> texts(String path, JsonNode n, String field) {
        JsonNode list = n.path(field);
        if (!list.isArray()) throw error(path, "the field \"" + field + "\" is missing or not a list of texts.");
        List<String> texts = new ArrayList<>();
        for (JsonNode t : list) {
            if (!t.isTextual()) throw error(path, "the field \"" + field + "\" holds " + t + ", which is no text.");
            texts.add(t.textValue());
        }
        return texts;
    }

    private Set<String> names(String path, JsonNode options, String field, String what) {
        Set<String> names = new TreeSet<>();
        if (!options.has(field)) return names;
        JsonNode list = options.path(field);
        String plural = what + (what.endsWith("s") ? "es" : "s");
        if (!list.isArray()) throw error(path, "the field \"" + field + "\" is not a list of " + plural + ".");
        for (JsonNode c : list) {
            if (!c.isTextual())
                throw error(path, "the field \"" + field + "\" holds " + c + ", which is not a " + what + ".");
            names.add(c.textValue());
        }
        return names;
    }

    private void define(String path, ValueId id) {
        if (id.number() < 0)
            throw error(path, "the value number " + id.number() + " is negative. Number values from 0.");
        if (!defined.add(id))
            throw error(path, "the value " + id + " is defined twice. Give each value its own number.");
    }

    private void known(String path, ValueId id, Set<ValueId> visible) {
        if (!visible.contains(id)) throw error(path, "unknown port " + id + ". Nothing visible here defines it.");
    }

    private ValueId only(String path, List<ValueId> in) {
        if (in.size() != 1) throw error(path, "it takes 1 input but got " + in.size() + ".");
        return in.getFirst();
    }

    void own(String path, JsonNode n, String... fields) {
        List<String> all = new ArrayList<>(List.of("name", "kind", "inputs", "result", "options"));
        all.addAll(Arrays.asList(fields));
        fields(path, n, all.toArray(String[]::new));
    }

    void fields(String path, JsonNode tree, String... known) {
        List<String> all = List.of(known);
        tree.fieldNames().forEachRemaining(f -> {
            if (!all.contains(f))
                throw error(path, "the field \"" + f + "\" is unknown here. Known: " + String.join(", ", all) + ".");
        });
    }

    private List<ValueId> ids(String path, JsonNode tree, String field) {
        JsonNode list = tree.path(field);
        if (!list.isArray())
            throw error(path, "the field \"" + field + "\" is missing or not a list of value numbers.");
        List<ValueId> out = new ArrayList<>();
        for (JsonNode v : list) {
            if (!v.isInt())
                throw error(path, "the field \"" + field + "\" holds " + v + ", which is not a value number.");
            out.add(new ValueId(v.intValue()));
        }
        return out;
    }

    String text(String path, JsonNode n, String field) {
        if (!n.path(field).isTextual()) throw error(path, "the field \"" + field + "\" is missing or not a text.");
        return n.path(field).textValue();
    }

    int whole(String path, JsonNode n, String field) {
        if (!n.path(field).isInt()) throw error(path, "the field \"" + field + "\" is missing or not a whole number.");
        return n.path(field).intValue();
    }

    double number(String path, JsonNode n, String field) {
        JsonNode value = n.path(field);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw error(path, "the field \"" + field + "\" is missing or not a finite number.");
        }
        return value.doubleValue();
    }

    GraphException error(String path, String problem) {
        return new GraphException(graph, path, problem);
    }
}
