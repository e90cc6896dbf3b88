package io.agentopt.graph;

import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Memory;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a graph file refers to by name: functions, tools, memories and indexes. A file never names a class or runs code; what it
 * may use is what it is given here.
 */
public final class Bindings {
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
                case Generate g -> {}
                case Embed e -> {}
            }
        });
        return b;
    }

    /** Adds a pure function under a name. */
    public Bindings function(String name, Transform<?> function) {
        things.put("function '" + name + "'", function);
        return this;
    }

    /** Adds a tool under its name. */
    public Bindings tool(Tool<?, ?> tool) {
        things.put("tool '" + tool.name() + "'", tool);
        return this;
    }

    /** Adds a memory under its name. */
    public Bindings memory(Memory<?, ?> memory) {
        things.put("memory '" + memory.name() + "'", memory);
        return this;
    }

    /** Adds an index under its name. */
    public Bindings index(PassageIndex index) {
        things.put("index '" + index.name() + "'", index);
        return this;
    }

    <T> T find(Class<T> type, String kind, String name, String graph, String path) {
        Object thing = things.get(kind + " '" + name + "'");
        if (thing == null) {
            throw new GraphException(graph, path, "the " + kind + " '" + name + "' is not bound. Add it to the bindings; they have: "
                    + (things.isEmpty() ? "nothing" : String.join(", ", things.keySet())) + ".");
        }
        return type.cast(thing);
    }
}
