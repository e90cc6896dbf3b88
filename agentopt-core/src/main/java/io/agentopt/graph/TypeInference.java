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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what kind of value each port carries. Java erases the types of functions, so a transform says nothing of its result;
 * but a value that feeds an LLM call is a prompt, one that feeds a for-each is a list. Values that control flow makes equal (a
 * loop's initial, current and next state; both branches and their result) are joined, the rest is {@link PortType#VALUE}.
 */
final class TypeInference {
    private static final Set<PortType> NUMERIC =
            Set.of(PortType.VALUE, PortType.TENSOR, PortType.EMBEDDING, PortType.AUDIO);

    private final Map<ValueId, ValueId> parent = new HashMap<>();
    private final Map<ValueId, PortType> known = new HashMap<>();
    private final Map<ValueId, String> definedBy = new HashMap<>();
    private final Map<ValueId, ModelRef> embedders = new HashMap<>();
    private final Map<ValueId, String> numeric = new LinkedHashMap<>(); // by value: a node that reads numbers from it
    private final String graph;

    private TypeInference(String graph) {
        this.graph = graph;
    }

    static Map<ValueId, PortType> infer(AgentGraph<?, ?> graph) {
        TypeInference t = new TypeInference(graph.name());
        Region body = graph.body();
        t.is(body.parameters().getFirst(), PortType.of(graph.inputType()), "");
        t.is(body.yields().getFirst(), PortType.of(graph.outputType()), "");
        t.region("", body);
        t.checkNumeric();
        Map<ValueId, PortType> types = new HashMap<>();
        for (ValueId id : List.copyOf(t.parent.keySet()))
            types.put(id, t.known.getOrDefault(t.find(id), PortType.VALUE));
        return Map.copyOf(types);
    }

    private void region(String prefix, Region region) {
        for (ValueId p : region.parameters()) {
            find(p);
            definedBy.put(p, prefix.isEmpty() ? "the input" : "the state or item of '" + prefix + "'");
        }
        for (Node node : region.nodes()) {
            String path = AgentGraph.path(prefix, node.name());
            node.inputs().forEach(this::find);
            find(node.result());
            definedBy.put(node.result(), "the result of '" + path + "'");
            switch (node) {
                case Node.Call c -> call(path, c.operator(), c.inputs(), c.result());
                case Node.Loop l -> {
                    region(path, l.body());
                    is(l.body().yields().get(0), PortType.FLAG, path);
                    same(l.body().yields().get(1), l.result(), path);
                    same(l.initial(), l.body().parameters().getFirst(), path);
                    same(l.body().yields().get(2), l.initial(), path);
                }
                case Node.When w -> {
                    is(w.condition(), PortType.FLAG, path);
                    region(path + "/then", w.then());
                    region(path + "/else", w.otherwise());
                    same(w.then().yields().getFirst(), w.result(), path);
                    same(w.otherwise().yields().getFirst(), w.result(), path);
                }
                case Node.ForEach f -> {
                    if (known.get(find(f.list())) != PortType.PASSAGES) is(f.list(), PortType.LIST, path);
                    region(path, f.body());
                    is(f.result(), PortType.LIST, path);
                }
                case Node.Nested n -> {
                    is(n.input(), n.graph().typeOf(n.graph().body().parameters().getFirst()), path);
                    is(n.result(), n.graph().typeOf(n.graph().body().yields().getFirst()), path);
                }
            }
        }
    }

    private void call(String path, Operator<?, ?> operator, List<ValueId> in, ValueId out) {
        switch (operator) {
            case Generate g -> {
                is(in.getFirst(), PortType.PROMPT, path);
                is(out, PortType.COMPLETION, path);
            }
            case Embed e -> {
                is(in.getFirst(), PortType.TEXT, path);
                is(out, PortType.EMBEDDING, path);
                embedders.put(out, e.model());
            }
            case VectorSearch s -> {
                is(in.getFirst(), PortType.EMBEDDING, path);
                is(out, PortType.PASSAGES, path);
                embedder(
                        path, s, embedders.getOrDefault(in.getFirst(), s.index().embedder()));
            }
            case Rerank r -> {
                is(in.get(0), PortType.TEXT, path);
                is(in.get(1), PortType.PASSAGES, path);
                is(out, PortType.PASSAGES, path);
            }
            case Transcribe t -> {
                is(in.getFirst(), PortType.AUDIO, path);
                is(out, PortType.TEXT, path);
            }
            case Synthesize s -> {
                is(in.getFirst(), PortType.TEXT, path);
                is(out, PortType.AUDIO, path);
            }
            case Infer<?> i -> numbers(path, in, out, i.outputs().size() == 1);
            case Kernel<?> k -> numbers(path, in, out, !k.severalOutputs());
            case Custom<?> c -> {
                for (int i = 0; i < in.size(); i++)
                    is(in.get(i), PortType.of(c.inputs().get(i)), path);
                is(out, PortType.of(c.output()), path);
            }
            case MemoryStore<?, ?> m -> same(in.get(1), out, path);
            case MemoryLoad<?, ?> m -> {}
            case Tool<?, ?> t -> {}
            case Transform<?> t -> {}
        }
    }

    private void numbers(String path, List<ValueId> in, ValueId out, boolean tensor) {
        in.forEach(id -> numeric.put(id, path));
        if (tensor) is(out, PortType.TENSOR, path);
    }

    /** What models and kernels read as numbers must be tensors, embeddings or sound, or nobody knows what. */
    private void checkNumeric() {
        numeric.forEach((id, path) -> {
            PortType type = known.getOrDefault(find(id), PortType.VALUE);
            if (!NUMERIC.contains(type)) {
                throw new GraphException(
                        graph,
                        path,
                        definedBy.getOrDefault(id, "the value " + id) + " is used as " + type
                                + " and as numbers. Insert a transform that makes a tensor of it.");
            }
        });
    }

    private void embedder(String path, VectorSearch search, ModelRef query) {
        if (query.equals(search.index().embedder())) return;
        throw new GraphException(
                graph,
                path,
                "the query is embedded with model '" + query + "' but the index '"
                        + search.index().name() + "' with '" + search.index().embedder()
                        + "'. Embed both with the same model.");
    }

    private void is(ValueId id, PortType type, String path) {
        if (type == PortType.VALUE) {
            find(id);
            return;
        }
        PortType earlier = known.putIfAbsent(find(id), type);
        if (earlier != null && earlier != type) {
            boolean lists = (earlier == PortType.LIST && type == PortType.PASSAGES)
                    || (earlier == PortType.PASSAGES && type == PortType.LIST);
            if (lists) {
                known.put(find(id), PortType.PASSAGES);
                return;
            }
            throw new GraphException(
                    graph,
                    path,
                    definedBy.getOrDefault(id, "the value " + id) + " is used as " + earlier + " and as " + type
                            + ". Insert a transform between the two uses.");
        }
    }

    private void same(ValueId a, ValueId b, String path) {
        ValueId ra = find(a);
        ValueId rb = find(b);
        if (ra.equals(rb)) return;
        PortType type = known.get(ra);
        parent.put(ra, rb);
        if (type != null) is(rb, type, path);
    }

    /** The representative of all values that are joined with this one. */
    private ValueId find(ValueId id) {
        ValueId root = id;
        for (ValueId p = parent.computeIfAbsent(id, k -> k); !p.equals(root); p = parent.getOrDefault(root, root))
            root = p;
        while (!id.equals(root)) { // so that the next search is short
            ValueId up = parent.getOrDefault(id, root);
            parent.put(id, root);
            id = up;
        }
        return root;
    }
}
