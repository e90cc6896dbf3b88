package io.agentopt.graph;

import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.ModelRef;
import io.agentopt.operator.Operator;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.util.HashMap;
import java.util.Map;

/** What must hold of names and single nodes, whether they are declared in Java or read from a file. */
final class GraphChecks {
    private static final int DEEPEST = 64;

    private GraphChecks() {}

    static void graphName(String name) {
        if (name == null || name.isBlank() || name.contains("/")) {
            throw new GraphException(
                    String.valueOf(name), "", "the name must not be blank and must not contain '/'. Choose another.");
        }
        if (halfCharacter(name)) throw new GraphException(name, "", "the name holds half a character. Choose another.");
    }

    /** An unpaired surrogate cannot be written as UTF-8, so no file and no IR would give the name back. */
    private static boolean halfCharacter(String name) {
        return name.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    static void name(String graph, String region, String name) {
        if (name == null || name.isBlank() || name.contains("/")) {
            throw new GraphException(
                    graph,
                    region,
                    "the name \"" + name + "\" of a node in it is blank or contains '/'. Choose another.");
        }
        if (halfCharacter(name)) {
            throw new GraphException(
                    graph, region, "the name \"" + name + "\" of a node in it holds half a character. Choose another.");
        }
        if (name.endsWith(".prefill") || name.endsWith(".decode")) {
            throw new GraphException(
                    graph,
                    region,
                    "the name \"" + name
                            + "\" of a node in it ends like the parts of an LLM call in a plan. Choose another.");
        }
    }

    static void depth(String graph, String path, int level) {
        if (level > DEEPEST) {
            throw new GraphException(
                    graph, path, "regions and graphs are nested deeper than " + DEEPEST + ". Flatten the graph.");
        }
    }

    static void probability(String graph, String path, double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new GraphException(
                    graph, path, "the probability (" + probability + ") is out of range. Give one in 0..1.");
        }
    }

    static void expectedItems(String graph, String path, double expected) {
        if (!(expected >= 0) || Double.isInfinite(expected)) {
            throw new GraphException(
                    graph,
                    path,
                    "the expected items (" + expected + ") are out of range. Give a finite mean of 0 or more.");
        }
    }

    static void call(String graph, String path, Node.Call call) {
        Operator<?, ?> operator = call.operator();
        if (call.inputs().size() != operator.arity()) {
            throw new GraphException(
                    graph,
                    path,
                    "the operator " + operator.kind() + " takes " + operator.arity()
                            + (operator.arity() == 1 ? " input" : " inputs") + " but got "
                            + call.inputs().size() + ". Connect as many ports.");
        }
        switch (operator) {
            case Generate g -> model(graph, path, g.model());
            case Embed e -> model(graph, path, e.model());
            case VectorSearch s -> model(graph, path, s.index().embedder());
            case Rerank r -> model(graph, path, r.model());
            case Transcribe t -> model(graph, path, t.model());
            case Synthesize s -> model(graph, path, s.model());
            case Infer<?> i -> model(graph, path, i.model());
            case Kernel<?> k -> {}
            case Custom<?> c -> retries(graph, path, call, c.repeatable());
            case Tool<?, ?> t -> retries(graph, path, call, t.idempotent());
            case MemoryStore<?, ?> m -> retries(graph, path, call, false);
            case MemoryLoad<?, ?> m -> {}
            case Transform<?> t -> {}
        }
        call.options().pinnedTo().filter(call.options().forbidden()::contains).ifPresent(c -> {
            throw new GraphException(
                    graph, path, "the device class '" + c + "' is both pinned and forbidden. Drop one of the two.");
        });
    }

    private static void model(String graph, String path, ModelRef model) {
        if (model.id().isBlank()) {
            throw new GraphException(graph, path, "no model is named. Give one, such as model(\"support-1\").");
        }
    }

    private static void retries(String graph, String path, Node.Call call, boolean idempotent) {
        if (call.options().retries() > 0 && !idempotent) {
            throw new GraphException(
                    graph,
                    path,
                    "retries (" + call.options().retries()
                            + ") need an operator that can be repeated. Mark the tool idempotent or set retries to 0.");
        }
    }

    /** Names that stand for one thing each: two indexes, tools or memories of one name must be the same object. */
    static void sharedNames(AgentGraph<?, ?> graph) {
        Map<String, Object> owners = new HashMap<>();
        graph.calls().forEach((path, call) -> {
            switch (call.operator()) {
                case VectorSearch s ->
                    claim(owners, "passage index '" + s.index().name() + "'", s.index(), graph, path);
                case Tool<?, ?> t -> claim(owners, "tool '" + t.name() + "'", t, graph, path);
                case MemoryLoad<?, ?> m -> claim(owners, "memory '" + m.memory().name() + "'", m.memory(), graph, path);
                case MemoryStore<?, ?> m ->
                    claim(owners, "memory '" + m.memory().name() + "'", m.memory(), graph, path);
                case Custom<?> c -> claim(owners, "custom operator '" + c.name() + "'", c, graph, path);
                case Generate g -> {}
                case Embed e -> {}
                case Rerank r -> {}
                case Transcribe t -> {}
                case Synthesize s -> {}
                case Infer<?> i -> {}
                case Kernel<?> k -> {}
                case Transform<?> t -> {}
            }
        });
    }

    private static void claim(
            Map<String, Object> owners, String key, Object thing, AgentGraph<?, ?> graph, String path) {
        Object earlier = owners.putIfAbsent(key, thing);
        if (earlier != null && !earlier.equals(thing)) {
            throw new GraphException(
                    graph.name(),
                    path,
                    "the " + key
                            + " is another one than the one of that name used earlier in the graph. Give each its own name.");
        }
    }
}
