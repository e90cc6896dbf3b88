package io.agentopt.graph;

import io.agentopt.message.Passage;
import io.agentopt.operator.Memory;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Operator;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Transform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Declares the nodes of one region. A declaration hands one to the graph's body and one to each body of a loop, branch or
 * for-each; use the innermost. Every method checks what it is given and throws a {@link GraphException} that names graph and
 * node, or an {@link IllegalStateException} if the declaration is over.
 */
public final class GraphBuilder {
    private final Declaration declaration;
    private final String path;
    private final List<ValueId> parameters = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    GraphBuilder(Declaration declaration, String path) {
        this.declaration = declaration;
        this.path = path;
    }

    /** One pass through a loop: from the state to what the pass ends with. */
    @FunctionalInterface
    public interface LoopBody<S, R> {
        LoopStep<S, R> build(GraphBuilder body, Port<S> state);
    }

    /** A branch: from nothing but enclosing values to its result. */
    @FunctionalInterface
    public interface BranchBody<R> {
        Port<R> build(GraphBuilder body);
    }

    /** What happens to one item of a list. */
    @FunctionalInterface
    public interface ItemBody<A, B> {
        Port<B> build(GraphBuilder body, Port<A> item);
    }

    /** Adds an operator. */
    public <I, O> Port<O> node(String name, Operator<I, O> operator, Port<? extends I> input) {
        return node(name, operator, input, NodeOptions.NONE);
    }

    /** Adds an operator with options. */
    public <I, O> Port<O> node(String name, Operator<I, O> operator, Port<? extends I> input, NodeOptions options) {
        return call(name, operator, options, input);
    }

    /** Adds a pure function of one value. */
    public <A, O> Port<O> node(String name, Function<? super A, ? extends O> function, Port<? extends A> a) {
        return call(
                name, Transform.of(required(function, name, "the function is missing (null)")), NodeOptions.NONE, a);
    }

    /** Adds a pure function of two values. */
    public <A, B, O> Port<O> node(
            String name,
            BiFunction<? super A, ? super B, ? extends O> function,
            Port<? extends A> a,
            Port<? extends B> b) {
        return call(
                name, Transform.of(required(function, name, "the function is missing (null)")), NodeOptions.NONE, a, b);
    }

    /** Adds a pure function of three values. */
    public <A, B, C, O> Port<O> node(
            String name,
            Function3<? super A, ? super B, ? super C, ? extends O> function,
            Port<? extends A> a,
            Port<? extends B> b,
            Port<? extends C> c) {
        required(function, name, "the function is missing (null)");
        return call(
                name,
                new Transform<O>(3, v -> function.apply(cast(v.get(0)), cast(v.get(1)), cast(v.get(2))), function),
                NodeOptions.NONE,
                a,
                b,
                c);
    }

    /** Adds a reranker of passages that were found for a query. */
    public Port<List<Passage>> rerank(
            String name, Rerank operator, Port<String> query, Port<? extends List<Passage>> passages) {
        return call(name, operator, NodeOptions.NONE, query, passages);
    }

    /** Adds an operator of several inputs: a model file, a kernel, a custom operator. */
    public <O> Port<O> node(String name, Operator<Object, O> operator, List<? extends Port<?>> inputs) {
        return node(name, operator, inputs, NodeOptions.NONE);
    }

    /** Adds an operator of several inputs, with options. */
    public <O> Port<O> node(
            String name, Operator<Object, O> operator, List<? extends Port<?>> inputs, NodeOptions options) {
        return call(
                name,
                operator,
                options,
                required(inputs, name, "the inputs are missing (null)").toArray(Port[]::new));
    }

    /** Reads a memory. */
    public <K, V> Port<V> load(String name, Memory<K, V> memory, Port<? extends K> key) {
        return call(
                name, new MemoryLoad<>(required(memory, name, "the memory is missing (null)")), NodeOptions.NONE, key);
    }

    /** Writes a memory; the result is the value written. */
    public <K, V> Port<V> store(String name, Memory<K, V> memory, Port<? extends K> key, Port<? extends V> value) {
        return call(
                name,
                new MemoryStore<>(required(memory, name, "the memory is missing (null)")),
                NodeOptions.NONE,
                key,
                value);
    }

    /** Adds a whole graph as one node. */
    public <I, O> Port<O> nested(String name, AgentGraph<I, O> graph, Port<? extends I> input) {
        claim(name);
        required(graph, name, "the nested graph is missing (null)");
        return add(new Node.Nested(name, graph, use(inside(name), input), declaration.newValue()));
    }

    /** Repeats a body on a state until it says done. */
    public <S, R> Port<R> loop(String name, Port<? extends S> initial, Iterations iterations, LoopBody<S, R> body) {
        claim(name);
        required(iterations, name, "the iterations are missing (null)");
        ValueId init = use(inside(name), initial);
        GraphBuilder inner = declaration.open(inside(name));
        Region region;
        try {
            LoopStep<S, R> end =
                    required(body.build(inner, inner.parameter()), name, "the loop's body returned no step");
            region = inner.freeze(end.done(), end.result(), end.next());
        } finally {
            declaration.close(inner);
        }
        return add(new Node.Loop(name, init, region, iterations, declaration.newValue()));
    }

    /**
     * Takes one of two branches.
     *
     * @param probability that the condition holds, in 0..1; the planner weighs the branches with it
     */
    public <R> Port<R> when(
            String name, Port<Boolean> condition, double probability, BranchBody<R> then, BranchBody<R> otherwise) {
        claim(name);
        ValueId flag = use(inside(name), condition);
        GraphChecks.probability(declaration.graph(), inside(name), probability);
        Region yes = branch(name, "then", then);
        Region no = branch(name, "else", otherwise);
        return add(new Node.When(name, flag, probability, yes, no, declaration.newValue()));
    }

    private <R> Region branch(String name, String side, BranchBody<R> body) {
        GraphBuilder inner = declaration.open(inside(name) + "/" + side);
        try {
            return inner.freeze(required(body.build(inner), name, "the " + side + " branch returned no port"));
        } finally {
            declaration.close(inner);
        }
    }

    /**
     * Applies an operator to each item of a list, in parallel.
     *
     * @param expectedItems mean length of the list that the planner assumes, 0 or more
     */
    public <A, B> Port<List<B>> forEach(
            String name, Port<? extends List<A>> list, double expectedItems, Operator<A, B> operator) {
        required(operator, name, "the operator is missing (null)");
        return forEach(name, list, expectedItems, (b, item) -> b.node(operator.kind(), operator, item));
    }

    /**
     * Applies a body to each item of a list, in parallel.
     *
     * @param expectedItems mean length of the list that the planner assumes, 0 or more
     */
    public <A, B> Port<List<B>> forEach(
            String name, Port<? extends List<A>> list, double expectedItems, ItemBody<A, B> body) {
        claim(name);
        ValueId items = use(inside(name), list);
        GraphChecks.expectedItems(declaration.graph(), inside(name), expectedItems);
        GraphBuilder inner = declaration.open(inside(name));
        Region region;
        try {
            region = inner.freeze(required(body.build(inner, inner.parameter()), name, "the body returned no port"));
        } finally {
            declaration.close(inner);
        }
        return add(new Node.ForEach(name, items, expectedItems, region, declaration.newValue()));
    }

    Declaration declaration() {
        return declaration;
    }

    <T> Port<T> parameter() {
        ValueId id = declaration.newValue();
        parameters.add(id);
        return new Port<>(this, id);
    }

    /** {@return this region, complete, with the values that leave it} */
    Region freeze(Port<?>... yields) {
        return new Region(parameters, nodes, use(path, yields));
    }

    private <O> Port<O> call(String name, Operator<?, O> operator, NodeOptions options, Port<?>... inputs) {
        claim(name);
        required(operator, name, "the operator is missing (null)");
        required(options, name, "the options are missing (null)");
        List<ValueId> ids = use(inside(name), inputs);
        Node.Call call = new Node.Call(name, operator, ids, declaration.newValue(), options);
        GraphChecks.call(declaration.graph(), inside(name), call);
        return add(call);
    }

    private <O> Port<O> add(Node node) {
        nodes.add(node);
        return new Port<>(this, node.result());
    }

    /** Takes a name in this region, after checking that this is the region being declared. */
    private void claim(String name) {
        if (declaration.current(name) != this) {
            throw error(
                    name,
                    "it is declared with the builder of another region. Use the builder that the innermost body was given.");
        }
        GraphChecks.name(declaration.graph(), path, name);
        if (!names.add(name)) {
            throw error(name, "the name is taken in its region. Names must be unique there; choose another.");
        }
    }

    private List<ValueId> use(String user, Port<?>... ports) {
        return Arrays.stream(ports).map(p -> use(user, p)).toList();
    }

    private ValueId use(String user, Port<?> port) {
        if (port == null) throw new GraphException(declaration.graph(), user, "a port is missing (null). Connect one.");
        if (port.owner().declaration != declaration) {
            throw new GraphException(
                    declaration.graph(),
                    user,
                    "unknown port " + port.id() + ": it belongs to graph '"
                            + port.owner().declaration.graph()
                            + "'. Connect ports of one graph only, or nest the other graph.");
        }
        if (!declaration.isOpen(port.owner())) {
            throw new GraphException(
                    declaration.graph(),
                    user,
                    "unknown port " + port.id() + ": it was defined inside '" + port.owner().path
                            + "', which is closed. Let that region yield the value and use its result.");
        }
        return port.id();
    }

    private <T> T required(T value, String name, String problem) {
        if (value == null) throw error(name, problem + ". Give one.");
        return value;
    }

    private GraphException error(String name, String problem) {
        return new GraphException(declaration.graph(), inside(name), problem);
    }

    private String inside(String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the ports that fed the value had this type
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
