package io.agentopt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every malformed graph file gives one {@link GraphException} that names graph and node, and nothing else. */
class MalformedGraphJsonTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Bindings BINDINGS = Bindings.of(EveryNode.declare());
    private static final Set<String> OPTIONAL =
            Set.of("options", "timeoutSeconds", "retries", "pinnedTo", "forbidden", "outputBytes");

    /** A change to the tree of {@code every.json}, and what the error must say. */
    record Wrong(String title, List<String> says, Consumer<ObjectNode> change) {
        @Override
        public String toString() {
            return title;
        }
    }

    private static Wrong wrong(String title, String says, Consumer<ObjectNode> change) {
        return new Wrong(title, List.of(says.split("\\|")), change);
    }

    static Stream<Wrong> changes() {
        return Stream.of(
                wrong("another format", "Graph 'every'|format 2|reads format 1", t -> t.put("format", 2)),
                wrong("a format that is a text", "Graph 'every'|format \"1\"", t -> t.put("format", "1")),
                wrong("no format", "Graph 'every'|format (none)", t -> t.remove("format")),
                wrong(
                        "unknown kind",
                        "Node 'trim' of graph 'every'|kind \"dance\" is unknown|memory_store",
                        t -> node(t, "trim").put("kind", "dance")),
                wrong(
                        "unbound function",
                        "Node 'trim'|function 'gone' is not bound|they have:",
                        t -> node(t, "trim").put("function", "gone")),
                wrong(
                        "unbound tool",
                        "Node 'each/tool'|tool 'gone' is not bound",
                        t -> inside(node(t, "each"), "tool").put("tool", "gone")),
                wrong(
                        "unbound memory",
                        "Node 'recall'|memory 'gone' is not bound",
                        t -> node(t, "recall").put("memory", "gone")),
                wrong(
                        "unbound index",
                        "Node 'search'|index 'gone' is not bound",
                        t -> node(t, "search").put("index", "gone")),
                wrong(
                        "unbound type",
                        "Node 'inner' of graph 'inner'|type 'java.io.File' is not bound",
                        t -> nested(t).put("input", "java.io.File")),
                wrong(
                        "unknown value",
                        "Node 'trim'|unknown port %999",
                        t -> node(t, "trim").putArray("inputs").add(999)),
                wrong(
                        "unknown yield",
                        "Graph 'every'|unknown port %999",
                        t -> body(t).putArray("yields").add(999)),
                wrong("a value of a closed region", "Node 'ticket'|unknown port", t -> {
                    int hidden = inside(node(t, "each"), "tool").path("result").intValue();
                    node(t, "ticket").putArray("inputs").add(0).add(hidden);
                }),
                wrong(
                        "value defined twice",
                        "Node 'recall'|defined twice",
                        t -> node(t, "recall").set("result", node(t, "trim").path("result"))),
                wrong(
                        "value defined twice in a region",
                        "Node 'each/tool'|%0 is defined twice",
                        t -> inside(node(t, "each"), "tool").put("result", 0)),
                wrong(
                        "negative value",
                        "Node 'recall'|negative",
                        t -> node(t, "recall").put("result", -1)),
                wrong(
                        "fractional value",
                        "Node 'recall'|\"result\"|whole number",
                        t -> node(t, "recall").put("result", 1.5)),
                wrong(
                        "huge value",
                        "Node 'recall'|whole number",
                        t -> node(t, "recall").put("result", 1L << 40)),
                wrong(
                        "duplicate name",
                        "Node 'trim'|taken",
                        t -> node(t, "recall").put("name", "trim")),
                wrong(
                        "slash in a name",
                        "Graph 'every'|\"a/b\"",
                        t -> node(t, "recall").put("name", "a/b")),
                wrong("graph name with a slash", "Graph 'a/b'", t -> t.put("graph", "a/b")),
                wrong("nested graph name blank", "Graph ' '", t -> nested(t).put("graph", " ")),
                wrong(
                        "wrong arity",
                        "Node 'keep'|takes 2 inputs but got 1",
                        t -> node(t, "keep").putArray("inputs").add(0)),
                wrong(
                        "two inputs of a loop",
                        "Node 'again'|1 input but got 2",
                        t -> node(t, "again").putArray("inputs").add(0).add(0)),
                wrong(
                        "function of another arity",
                        "Node 'ticket'|takes 2 inputs but got 1",
                        t -> node(t, "ticket").putArray("inputs").add(0)),
                wrong(
                        "two yields of an item",
                        "Node 'each'|yields 2 values; it needs 1",
                        t -> region(t, "each", "body").putArray("yields").add(0).add(0)),
                wrong(
                        "no parameter of a loop",
                        "Node 'again'|0 parameters; it needs 1",
                        t -> region(t, "again", "body").putArray("parameters")),
                wrong(
                        "probability",
                        "Node 'long?'|probability (1.5)|0..1",
                        t -> node(t, "long?").put("probability", 1.5)),
                wrong(
                        "expected items",
                        "Node 'each'|expected items (-1.0)",
                        t -> node(t, "each").put("expected", -1)),
                wrong(
                        "iterations",
                        "Node 'again'|max iterations (0)",
                        t -> node(t, "again").put("max", 0)),
                wrong(
                        "expected iterations",
                        "Node 'again'|expected iterations (9.0)",
                        t -> node(t, "again").put("expected", 9)),
                wrong("k", "Node 'search'|k (0)", t -> node(t, "search").put("k", 0)),
                wrong(
                        "no model",
                        "Node 'embed'|no model is named",
                        t -> node(t, "embed").put("model", "")),
                wrong(
                        "other embedder",
                        "Node 'search'|same model",
                        t -> node(t, "embed").put("model", "other")),
                wrong(
                        "max tokens",
                        "Node 'long?/then/summary'|maxTokens (0)",
                        t -> summary(t).put("maxTokens", 0)),
                wrong(
                        "max tokens of a fraction",
                        "Node 'long?/then/summary'|\"maxTokens\"",
                        t -> summary(t).put("maxTokens", 9.5)),
                wrong(
                        "sampling",
                        "Node 'long?/then/summary'|sampling \"hot\"|greedy",
                        t -> summary(t).put("sampling", "hot")),
                wrong(
                        "sampling out of range",
                        "Node 'long?/then/summary'|topP (2.0)",
                        t -> summary(t).put("sampling", "temperature=1,top_k=0,top_p=2,seed=1")),
                wrong(
                        "timeout of nothing",
                        "Node 'long?/then/summary'|timeout",
                        t -> options(t).put("timeoutSeconds", 0)),
                wrong(
                        "timeout of ages",
                        "Node 'long?/then/summary'|timeout|100 days",
                        t -> options(t).put("timeoutSeconds", 1e300)),
                wrong(
                        "retries of an LLM call below 0",
                        "Node 'long?/then/summary'|retries (-1)",
                        t -> options(t).put("retries", -1)),
                wrong(
                        "pinned and forbidden",
                        "Node 'long?/then/summary'|both pinned and forbidden",
                        t -> options(t).putArray("forbidden").add("gpu")),
                wrong(
                        "retries of a memory store",
                        "Node 'keep'|retries (1)",
                        t -> node(t, "keep").putObject("options").put("retries", 1)),
                wrong(
                        "unknown option",
                        "Node 'long?/then/summary'|field \"timeout\" is unknown|timeoutSeconds",
                        t -> options(t).put("timeout", 1)),
                wrong(
                        "unknown field",
                        "Node 'trim'|field \"device\" is unknown",
                        t -> node(t, "trim").put("device", "cpu")),
                wrong(
                        "unknown field of the graph",
                        "Graph 'every'|field \"version\" is unknown",
                        t -> t.put("version", 2)),
                wrong(
                        "type conflict",
                        "Node 'long?'|the result of 'check' is used as TEXT and as FLAG|Insert a transform",
                        t -> node(t, "embed").set("inputs", ids(node(t, "check")))),
                wrong(
                        "a cycle",
                        "Node 'trim' of graph 'every'|a cycle outside a loop: trim -> recall -> trim|Declare a loop",
                        t -> node(t, "trim")
                                .putArray("inputs")
                                .add(node(t, "recall").path("result").intValue())),
                wrong(
                        "a node that uses itself",
                        "Node 'trim'|trim -> trim",
                        t -> node(t, "trim").set("inputs", ids(node(t, "trim")))),
                wrong(
                        "a loop that uses its result inside",
                        "Node 'again'|again -> again",
                        t -> inside(node(t, "again"), "echo").set("inputs", ids(node(t, "again")))));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void isRefused(Wrong wrong) {
        ObjectNode tree = every();
        wrong.change().accept(tree);
        GraphException e = refused(tree.toString());
        wrong.says().forEach(words -> assertThat(e).hasMessageContaining(words));
    }

    @Test
    void aMissingFieldIsNamed() {
        int[] removed = {0};
        eachField(every(), (tree, field) -> {
            if (OPTIONAL.contains(field)) return;
            tree.remove(field);
            removed[0]++;
        });
        assertThat(removed[0]).isGreaterThan(100);
    }

    @Test
    void aFieldOfTheWrongTypeIsNamed() {
        JsonNodeFactory f = JsonNodeFactory.instance;
        List<JsonNode> values = List.of(
                f.textNode("odd"),
                f.numberNode(7.25),
                f.nullNode(),
                f.booleanNode(true),
                f.objectNode(),
                f.arrayNode().add("odd"));
        for (JsonNode odd : values) {
            eachField(every(), (tree, field) -> {
                JsonNode old = tree.path(field);
                boolean free = Set.of("name", "graph", "model", "pinnedTo").contains(field);
                boolean right = (old.isTextual() && odd.isTextual() && free)
                        || (old.isDouble() && odd.isNumber())
                        || (field.equals("forbidden") && odd.isArray())
                        || (field.equals("options") && odd.isObject());
                if (right) return;
                tree.set(field, odd);
            });
        }
    }

    /** Changes one field at a time, everywhere in the tree; a change must be refused by name of a graph. */
    private static void eachField(ObjectNode tree, BiConsumer<ObjectNode, String> change) {
        String before = tree.toString();
        objects(tree, object -> {
            for (String field : new ArrayList<>(
                    object.properties().stream().map(Map.Entry::getKey).toList())) {
                ObjectNode kept = object.deepCopy();
                change.accept(object, field);
                String after = tree.toString();
                if (!after.equals(before))
                    assertThat(refused(field + " of " + kept, after)).hasMessageContaining("raph '");
                object.removeAll();
                object.setAll(kept);
            }
        });
    }

    private static void objects(JsonNode tree, Consumer<ObjectNode> visit) {
        List<JsonNode> children = new ArrayList<>();
        tree.elements().forEachRemaining(children::add);
        children.forEach(c -> objects(c, visit));
        if (tree instanceof ObjectNode o) visit.accept(o);
    }

    static AgentGraph<?, ?> read(String json) {
        Class<?> type = json.contains("\"graph\":\"deep\"") ? Object.class : String.class;
        return GraphJson.read(json, type, type, BINDINGS);
    }

    static GraphException refused(String json) {
        return refused(json, json);
    }

    private static GraphException refused(String title, String json) {
        Throwable thrown = catchThrowable(() -> read(json));
        assertThat(thrown).as("%.300s", title).isInstanceOf(GraphException.class);
        return (GraphException) thrown;
    }

    static ObjectNode every() {
        try {
            return (ObjectNode) MAPPER.readTree(Golden.read("every.json"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode body(ObjectNode tree) {
        return (ObjectNode) tree.path("body");
    }

    private static ObjectNode node(ObjectNode tree, String name) {
        return find(body(tree), name);
    }

    private static ObjectNode inside(ObjectNode node, String name) {
        return find(node.path("body"), name);
    }

    private static ObjectNode region(ObjectNode tree, String node, String region) {
        return (ObjectNode) node(tree, node).path(region);
    }

    private static ObjectNode nested(ObjectNode tree) {
        return region(tree, "inner", "graph");
    }

    private static ObjectNode summary(ObjectNode tree) {
        return find(node(tree, "long?").path("then"), "summary");
    }

    private static ObjectNode options(ObjectNode tree) {
        return (ObjectNode) summary(tree).path("options");
    }

    private static ArrayNode ids(ObjectNode node) {
        return MAPPER.createArrayNode().add(node.path("result").intValue());
    }

    private static ObjectNode find(JsonNode region, String name) {
        for (JsonNode n : region.path("nodes")) {
            if (n.path("name").asText().equals(name)) return (ObjectNode) n;
        }
        throw new IllegalArgumentException("The file has no node " + name + " there: " + region);
    }
}
