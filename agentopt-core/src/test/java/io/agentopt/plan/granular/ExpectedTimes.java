package io.agentopt.plan.granular;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.Region;
import io.agentopt.graph.ValueId;
import io.agentopt.operator.Generate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The slow twin of the unfolding: walks the nested regions and keeps the expected time at which each value is there, where every
 * operator takes one second. No graph, no edges.
 */
final class ExpectedTimes {
    private final Map<OperatorId, Double> visits = new TreeMap<>();
    private double latest;

    private ExpectedTimes() {}

    static ExpectedTimes of(AgentGraph<?, ?> graph) {
        ExpectedTimes times = new ExpectedTimes();
        Map<ValueId, Double> at = new HashMap<>();
        at.put(graph.body().parameters().getFirst(), 0.0);
        times.latest = times.region("", graph.body(), at, 0, 1, 1);
        return times;
    }

    /** {@return the time of the answer: when everything is done} */
    double seconds() {
        return latest;
    }

    /** {@return runs per request, by operator} */
    Map<OperatorId, Double> visits() {
        return visits;
    }

    /** Fills in when the values of a region are there; returns when all of it is done. */
    private double region(
            String prefix, Region region, Map<ValueId, Double> at, double start, double runs, double inARow) {
        double end = start;
        for (Node node : region.nodes()) {
            String path = AgentGraph.path(prefix, node.name());
            double done = Math.max(
                    start, node.inputs().stream().mapToDouble(at::get).max().orElse(start));
            double result = done;
            switch (node) {
                case Node.Call c -> {
                    if (c.operator() instanceof Generate) {
                        visits.put(OperatorId.prefill(path), runs);
                        visits.put(OperatorId.decode(path), runs);
                        done += 2 * inARow;
                    } else {
                        visits.put(OperatorId.whole(path), runs);
                        done += inARow;
                    }
                    result = done;
                }
                case Node.Loop l -> {
                    double n = l.iterations().expected();
                    at.put(l.body().parameters().getFirst(), at.get(l.initial()));
                    done = region(path, l.body(), at, done, runs * n, inARow * n);
                    result = time(at, l.body().yields().get(1));
                }
                case Node.When w -> {
                    double p = w.probability();
                    done = region(path + "/then", w.then(), at, done, runs * p, inARow * p);
                    done = region(path + "/else", w.otherwise(), at, done, runs * (1 - p), inARow * (1 - p));
                    result = Math.max(
                            time(at, w.then().yields().getFirst()),
                            time(at, w.otherwise().yields().getFirst()));
                }
                case Node.ForEach f -> {
                    double n = f.expectedItems();
                    at.put(f.body().parameters().getFirst(), at.get(f.list()));
                    done = region(path, f.body(), at, done, runs * n, inARow * Math.min(1, n));
                    result = time(at, f.body().yields().getFirst());
                }
                case Node.Nested n -> {
                    Map<ValueId, Double> inside = new HashMap<>();
                    Region body = n.graph().body();
                    inside.put(body.parameters().getFirst(), at.get(n.input()));
                    done = region(path, body, inside, done, runs, inARow);
                    result = time(inside, body.yields().getFirst());
                }
            }
            at.put(node.result(), Math.max(done, result));
            end = Math.max(end, done);
        }
        return end;
    }

    private static double time(Map<ValueId, Double> at, ValueId value) {
        return Objects.requireNonNull(at.get(value));
    }
}
