package io.agentopt.graph;

import io.agentopt.message.Audio;
import io.agentopt.message.Completion;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Memory;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a graph file refers to by name: functions, tools, custom operators, memories, indexes, and the types that nested graphs take and give. A
 * file loads no class and runs no code; what it may use is what it is given here. Each name stands for one thing.
 */
public final class Bindings {
    private static final Map<String, Class<?>> KNOWN_TYPES = Stream.of(
                    Object.class,
                    String.class,
                    Boolean.class,
                    Integer.class,
                    Long.class,
                    Double.class,
                    List.class,
                    Map.class,
                    Prompt.class,
                    Completion.class,
                    Embedding.class,
                    Audio.class,
                    Tensor.class,
                    Tensors.class,
                    Passage.class,
                    ToolCall.class,
                    ToolResult.class)
            .collect(Collectors.toUnmodifiableMap(Class::getName, Function.identity()));

    private final Map<String, Object> things = new TreeMap<>();

    /** No bindings; add to them. */
    public Bindings() {}

    /** {@return what a declared graph uses, under the names that its file has} */
    public static Bindings of(AgentGraph<?, ?> graph) {
        Bindings b = new Bindings();
        Map<String, String> functions = graph.functionNames();
        graph.calls().forEach((path, call) -> {
            switch (call.operator()) {
                case Transform<?> t -> b.function(functions.getOrDefault(path, path), t);
                case Tool<?, ?> t -> b.tool(t);
                case MemoryLoad<?, ?> m -> b.memory(m.memory());
                case MemoryStore<?, ?> m -> b.memory(m.memory());
                case VectorSearch s -> b.index(s.index());
                case Custom<?> c -> b.custom(c);
                case Generate g -> {}
                case Embed e -> {}
                case Rerank r -> {}
                case Transcribe t -> {}
                case Synthesize s -> {}
                case Infer<?> i -> {}
                case Kernel<?> k -> {}
            }
        });
        b.types(graph.body());
        return b;
    }

    private void types(Region region) {
        for (Node node : region.nodes()) {
            switch (node) {
                case Node.Call c -> {}
                case Node.Loop l -> types(l.body());
                case Node.When w -> {
                    types(w.then());
                    types(w.otherwise());
                }
                case Node.ForEach f -> types(f.body());
                case Node.Nested n ->
                    type(n.graph().inputType())
                            .type(n.graph().outputType())
                            .types(n.graph().body());
            }
        }
    }

    /** Adds a pure function under a name. */
    @SuppressWarnings("ReferenceEquality") // the same function object, as in AgentGraph.functionNames
    public Bindings function(String name, Transform<?> function) {
        Object earlier = things.get(key("function", name));
        if (earlier instanceof Transform<?> t && t.identity() == function.identity() && t.arity() == function.arity())
            return this;
        return put("function", name, function);
    }

    /** Adds a tool under its name. */
    public Bindings tool(Tool<?, ?> tool) {
        return put("tool", tool.name(), tool);
    }

    /** Adds a memory under its name. */
    public Bindings memory(Memory<?, ?> memory) {
        return put("memory", memory.name(), memory);
    }

    /** Adds an index under its name. */
    public Bindings index(PassageIndex index) {
        return put("index", index.name(), index);
    }

    /** Adds a custom operator under its name. */
    public Bindings custom(Custom<?> operator) {
        return put("custom", operator.name(), operator);
    }

    /** {@return the custom operators that were added, by name} */
    public List<Custom<?>> customs() {
        return things.values().stream()
                .filter(Custom.class::isInstance)
                .<Custom<?>>map(t -> (Custom<?>) t)
                .toList();
    }

    /** Adds a type that a nested graph takes or gives, under its class name. Texts, numbers, lists and messages are there already. */
    public Bindings type(Class<?> type) {
        return KNOWN_TYPES.containsKey(type.getName()) ? this : put("type", type.getName(), type);
    }

    private Bindings put(String kind, String name, Object thing) {
        Object earlier = things.putIfAbsent(key(kind, name), thing);
        if (earlier != null && !earlier.equals(thing)) {
            throw new IllegalArgumentException(
                    "The bindings have another " + kind + " '" + name + "' already. Give each its own name.");
        }
        return this;
    }

    private static String key(String kind, String name) {
        return kind + " '" + name + "'";
    }

    Class<?> findType(String name, String graph, String path) {
        Class<?> known = KNOWN_TYPES.get(name);
        return known != null ? known : find(Class.class, "type", name, graph, path);
    }

    <T> T find(Class<T> type, String kind, String name, String graph, String path) {
        Object thing = things.get(key(kind, name));
        if (thing == null) {
            throw new GraphException(
                    graph,
                    path,
                    "the " + kind + " '" + name + "' is not bound. Add it to the bindings; they have: "
                            + (things.isEmpty() ? "nothing" : String.join(", ", things.keySet())) + ".");
        }
        return type.cast(thing);
    }
}
