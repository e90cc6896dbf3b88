package io.agentopt.plan.granular;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.Region;
import io.agentopt.graph.ValueId;
import io.agentopt.operator.Generate;
import io.agentopt.plan.granular.GranularEdge.Carries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Builds a {@link GranularGraph}. */
final class Unfolding {
    private final AgentGraph<?, ?> graph;
    private final boolean worst;
    private final List<GranularOperator> operators = new ArrayList<>();
    private final Map<List<Integer>, GranularEdge> edges = new LinkedHashMap<>();
    private final Set<Integer> withSuccessor = new HashSet<>();
    private final List<Integer> lastPredecessor = new ArrayList<>(); // by operator; -1 for none. Edges point forward

    /**
     * Where a value comes from.
     *
     * @param producers operators whose result it is
     * @param after operators that must be complete as well
     */
    private record Source(Set<Integer> producers, Set<Integer> after) {}

    /** How often a region runs per request. */
    private record Rate(double visits, double pathVisits) {
        Rate times(double more, double morePath) {
            return new Rate(visits * more, pathVisits * morePath);
        }
    }

    /** Unfolds with expected runs, or as the worst case: loops as often as they may, both branches side by side, every item. */
    Unfolding(AgentGraph<?, ?> graph, boolean worst) {
        this.graph = graph;
        this.worst = worst;
    }

    GranularGraph unfold() {
        int input = add(GranularGraph.INPUT, Optional.empty(), new Rate(1, 1));
        Map<ValueId, Source> values = new HashMap<>();
        values.put(graph.body().parameters().getFirst(), new Source(Set.of(input), Set.of()));
        region("", graph.body(), values, new Rate(1, 1));
        Source result = at(values, graph.body().yields().getFirst());
        int output = add(GranularGraph.OUTPUT, Optional.empty(), new Rate(1, 1));
        connect(result, output);
        for (int i = 0; i < output; i++) {
            if (!withSuccessor.contains(i)) edge(i, output, Carries.NOTHING);
        }
        return new GranularGraph(graph, operators, List.copyOf(edges.values()));
    }

    private void region(String prefix, Region region, Map<ValueId, Source> values, Rate rate) {
        for (Node node : region.nodes()) {
            String path = AgentGraph.path(prefix, node.name());
            values.put(
                    node.result(),
                    switch (node) {
                        case Node.Call c -> call(path, c, values, rate);
                        case Node.Loop l -> {
                            Source initial = at(values, l.initial());
                            double n = worst
                                    ? l.iterations().max()
                                    : l.iterations().expected();
                            Map<ValueId, Source> inside = new HashMap<>(values);
                            inside.put(l.body().parameters().getFirst(), initial);
                            Set<Integer> ends = body(path, l.body(), inside, rate.times(n, n), all(initial));
                            yield after(at(inside, l.body().yields().get(1)), ends);
                        }
                        case Node.When w -> {
                            Set<Integer> condition = all(at(values, w.condition()));
                            double p = worst ? 1 : w.probability();
                            double q = worst ? 1 : 1 - w.probability();
                            Map<ValueId, Source> inThen = new HashMap<>(values);
                            Set<Integer> thenEnds = body(path + "/then", w.then(), inThen, rate.times(p, p), condition);
                            Map<ValueId, Source> inElse = new HashMap<>(values);
                            Set<Integer> elseEnds = body(
                                    path + "/else",
                                    w.otherwise(),
                                    inElse,
                                    rate.times(q, q),
                                    worst ? condition : thenEnds);
                            Source yes = at(inThen, w.then().yields().getFirst());
                            Source no = at(inElse, w.otherwise().yields().getFirst());
                            yield after(
                                    new Source(union(yes.producers(), no.producers()), union(yes.after(), no.after())),
                                    worst ? union(thenEnds, elseEnds) : elseEnds);
                        }
                        case Node.ForEach f -> {
                            Source list = at(values, f.list());
                            double n = f.expectedItems();
                            Map<ValueId, Source> inside = new HashMap<>(values);
                            inside.put(f.body().parameters().getFirst(), list);
                            Set<Integer> ends =
                                    body(path, f.body(), inside, rate.times(n, worst ? 1 : Math.min(1, n)), all(list));
                            yield after(at(inside, f.body().yields().getFirst()), ends);
                        }
                        case Node.Nested n -> {
                            Map<ValueId, Source> inside = new HashMap<>();
                            Source in = at(values, n.input());
                            Region body = n.graph().body();
                            inside.put(body.parameters().getFirst(), in);
                            Set<Integer> ends = body(path, body, inside, rate, all(in));
                            yield after(at(inside, body.yields().getFirst()), ends);
                        }
                    });
        }
    }

    /** Unfolds a region that starts after some operators; returns the operators that must be complete when it is. */
    private Set<Integer> body(String path, Region region, Map<ValueId, Source> values, Rate rate, Set<Integer> start) {
        int first = operators.size();
        region(path, region, values, rate);
        int end = operators.size();
        if (first == end) return start;
        Set<Integer> ends = new LinkedHashSet<>();
        for (int i = first; i < end; i++) {
            int op = i;
            boolean entry = lastPredecessor.get(op) < first;
            if (entry) start.forEach(s -> edge(s, op, Carries.NOTHING));
            if (!withSuccessor.contains(op)) ends.add(op);
        }
        return ends;
    }

    private Source call(String path, Node.Call call, Map<ValueId, Source> values, Rate rate) {
        int first;
        int last;
        if (call.operator() instanceof Generate) {
            first = add(OperatorId.prefill(path), Optional.of(call), rate);
            last = add(OperatorId.decode(path), Optional.of(call), rate);
            edge(first, last, Carries.KV_CACHE);
        } else {
            first = last = add(OperatorId.whole(path), Optional.of(call), rate);
        }
        for (ValueId v : call.inputs()) connect(at(values, v), first);
        return new Source(Set.of(last), Set.of());
    }

    private void connect(Source source, int to) {
        source.producers().forEach(p -> edge(p, to, Carries.VALUE));
        source.after().forEach(a -> edge(a, to, Carries.NOTHING));
    }

    private int add(OperatorId id, Optional<Node.Call> call, Rate rate) {
        operators.add(new GranularOperator(id, call, rate.visits(), rate.pathVisits()));
        lastPredecessor.add(-1);
        return operators.size() - 1;
    }

    private void edge(int from, int to, Carries carries) {
        withSuccessor.add(from);
        lastPredecessor.set(to, Math.max(lastPredecessor.get(to), from));
        edges.merge(
                List.of(from, to),
                new GranularEdge(from, to, carries),
                (a, b) -> a.carries() == Carries.NOTHING ? b : a);
    }

    private static Source at(Map<ValueId, Source> values, ValueId id) {
        return Objects.requireNonNull(values.get(id)); // a checked graph defines each value before its use
    }

    private static Source after(Source value, Set<Integer> ends) {
        return new Source(value.producers(), union(value.after(), ends));
    }

    private static Set<Integer> all(Source source) {
        return union(source.producers(), source.after());
    }

    private static Set<Integer> union(Set<Integer> a, Set<Integer> b) {
        Set<Integer> both = new LinkedHashSet<>(a);
        both.addAll(b);
        return both;
    }
}
