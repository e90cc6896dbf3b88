package io.agentopt.graph;

import io.agentopt.operator.Transform;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An agent, declared: operators and control flow between typed ports. Immutable and checked; it holds no weights, opens nothing
 * and can be planned in a unit test.
 *
 * @param <I> what a run is given
 * @param <O> what a run answers
 */
public final class AgentGraph<I, O> {
    private final String name;
    private final Class<I> inputType;
    private final Class<O> outputType;
    private final Region body;
    private final Map<String, Node.Call> calls;
    private final Map<ValueId, PortType> types;

    AgentGraph(String name, Class<I> inputType, Class<O> outputType, Region body) {
        this.name = name;
        this.inputType = inputType;
        this.outputType = outputType;
        this.body = body;
        Map<String, Node.Call> byPath = new LinkedHashMap<>();
        collect("", body, byPath, 0);
        this.calls = Collections.unmodifiableMap(byPath);
        this.types = TypeInference.infer(this);
        GraphChecks.sharedNames(this);
    }

    /** The declaration of a graph: from its input to its output. */
    @FunctionalInterface
    public interface Body<I, O> {
        Port<O> build(GraphBuilder g, Port<I> input);
    }

    /**
     * Declares a graph.
     *
     * @param name of the graph, for messages and reports
     * @param input type of what a run is given
     * @param output type of what a run answers
     * @param body runs once, now
     * @throws GraphException if the declaration is wrong; the message names graph and node
     */
    public static <I, O> AgentGraph<I, O> define(String name, Class<I> input, Class<O> output, Body<I, O> body) {
        GraphChecks.graphName(name);
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(body, "body");
        Declaration declaration = new Declaration(name);
        GraphBuilder builder = declaration.open("");
        try {
            Port<O> result = body.build(builder, builder.parameter());
            if (result == null)
                throw new GraphException(name, "", "the declaration returned no port. Return the port of the answer.");
            return new AgentGraph<>(name, input, output, builder.freeze(result));
        } finally {
            declaration.close(builder);
        }
    }

    /** {@return the name} */
    public String name() {
        return name;
    }

    /** {@return the type of what a run is given} */
    public Class<I> inputType() {
        return inputType;
    }

    /** {@return the type of what a run answers} */
    public Class<O> outputType() {
        return outputType;
    }

    /** {@return the outermost region: one parameter, one yield} */
    public Region body() {
        return body;
    }

    /** {@return every operator node by its path, such as {@code think/generate}, in order of declaration, nested graphs included} */
    public Map<String, Node.Call> calls() {
        return calls;
    }

    /** {@return what kind of value each id of this graph carries; nested graphs have their own} */
    public PortType typeOf(ValueId id) {
        PortType type = types.get(id);
        if (type == null) throw new IllegalArgumentException("Graph '" + name + "' has no value " + id + ".");
        return type;
    }

    /**
     * Names each transform by its function object, so that two nodes with the same function have the same name.
     *
     * @return path to function name; the name is the path of the first node that uses the function
     */
    public Map<String, String> functionNames() {
        IdentityHashMap<Object, Map<Integer, String>> first =
                new IdentityHashMap<>(); // one object can be a function of one and of two
        Map<String, String> names = new LinkedHashMap<>();
        calls.forEach((path, call) -> {
            if (call.operator() instanceof Transform<?> t) {
                Map<Integer, String> byArity = first.computeIfAbsent(t.identity(), k -> new HashMap<>());
                names.put(path, byArity.computeIfAbsent(t.arity(), k -> path));
            }
        });
        return names;
    }

    @Override
    public String toString() {
        return "AgentGraph[" + name + ", " + calls.size() + " operators]";
    }

    /** {@return the path of a node inside a region at {@code prefix}} */
    public static String path(String prefix, String name) {
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private void collect(String prefix, Region region, Map<String, Node.Call> into, int depth) {
        GraphChecks.depth(name, prefix, depth);
        for (Node node : region.nodes()) {
            String path = path(prefix, node.name());
            switch (node) {
                case Node.Call c -> into.put(path, c);
                case Node.Loop l -> collect(path, l.body(), into, depth + 1);
                case Node.When w -> {
                    collect(path + "/then", w.then(), into, depth + 1);
                    collect(path + "/else", w.otherwise(), into, depth + 1);
                }
                case Node.ForEach f -> collect(path, f.body(), into, depth + 1);
                case Node.Nested n -> collect(path, n.graph().body(), into, depth + 1);
            }
        }
    }
}
