package io.agentopt.graph;

import static io.agentopt.graph.DeclarationErrorsTest.SEND;
import static io.agentopt.graph.DeclarationErrorsTest.TRIM;
import static io.agentopt.graph.DeclarationErrorsTest.wrong;
import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;

import io.agentopt.graph.DeclarationErrorsTest.Wrong;
import io.agentopt.operator.Memory;
import io.agentopt.operator.Operator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;

/** Declarations with ports that cannot be used there: foreign, missing, of the wrong type. */
@SuppressWarnings("NullAway") // nulls are what callers without a null checker may pass
final class WrongPorts {
    private WrongPorts() {}

    static Stream<Wrong> all() {
        AtomicReference<Port<String>> foreign = new AtomicReference<>();
        AgentGraph.define("elsewhere", String.class, String.class, (g, in) -> {
            foreign.set(in);
            return in;
        });
        return Stream.of(
                wrong(
                        "port of another graph",
                        "a",
                        "belongs to graph 'elsewhere'|nest the other graph",
                        (g, in) -> g.node("a", SEND, foreign.get())),
                wrong("answer of another graph", "", "belongs to graph 'elsewhere'", (g, in) -> foreign.get()),
                wrong("port of an enclosing declaration", "a", "belongs to graph 'g'", (g, in) -> {
                    AgentGraph.define("inner", String.class, String.class, (h, x) -> h.node("a", SEND, in));
                    return in;
                }),
                wrong("port of a closed loop", "after", "defined inside 'loop', which is closed|yield", (g, in) -> {
                    AtomicReference<Port<String>> inside = new AtomicReference<>();
                    g.loop("loop", in, maxIterations(2), (b, s) -> {
                        inside.set(s.map("a", TRIM));
                        return step(s.map("done", String::isEmpty), s, s);
                    });
                    return g.node("after", SEND, inside.get());
                }),
                wrong("port of the other branch", "if/else", "defined inside 'if/then'", (g, in) -> {
                    AtomicReference<Port<String>> inside = new AtomicReference<>();
                    return g.when(
                            "if",
                            in.map("c", String::isEmpty),
                            0.5,
                            b -> {
                                inside.set(in.map("a", TRIM));
                                return inside.get();
                            },
                            b -> inside.get());
                }),
                wrong("answer from a closed region", "", "closed", (g, in) -> {
                    AtomicReference<Port<String>> inside = new AtomicReference<>();
                    g.forEach("each", in.map("list", List::of), 1, (b, s) -> {
                        inside.set(s.map("a", x -> "x"));
                        return s;
                    });
                    return inside.get();
                }),
                wrong(
                        "builder of another region",
                        "late",
                        "builder of another region|innermost",
                        (g, in) -> g.when(
                                "if", in.map("c", String::isEmpty), 0.5, b -> g.node("late", SEND, in), b -> in)),
                wrong("builder of a closed region", "if/then/late", "builder of another region", (g, in) -> {
                    AtomicReference<GraphBuilder> inside = new AtomicReference<>();
                    g.when(
                            "if",
                            in.map("c", String::isEmpty),
                            0.5,
                            b -> {
                                inside.set(b);
                                return in;
                            },
                            b -> in);
                    return inside.get().node("late", SEND, in);
                }),
                wrong(
                        "null port",
                        "a",
                        "missing (null)|Connect one",
                        (g, in) -> g.node("a", SEND, (Port<String>) null)),
                wrong(
                        "null port of a function",
                        "a",
                        "missing (null)",
                        (g, in) -> g.node("a", String::concat, in, (Port<String>) null)),
                wrong(
                        "null port of a loop",
                        "loop",
                        "missing (null)",
                        (g, in) -> g.loop(
                                "loop",
                                (Port<String>) null,
                                maxIterations(1),
                                (b, s) -> step(s.map("d", String::isEmpty), s, s))),
                wrong("null answer", "", "returned no port", (g, in) -> null),
                wrong(
                        "null loop step",
                        "loop",
                        "returned no step",
                        (g, in) -> g.loop("loop", in, maxIterations(1), (b, s) -> null)),
                wrong(
                        "null in a loop step",
                        "loop",
                        "missing (null)",
                        (g, in) -> g.loop(
                                "loop", in, maxIterations(1), (b, s) -> step(s.map("d", String::isEmpty), s, null))),
                wrong(
                        "null branch",
                        "if",
                        "else branch returned no port",
                        (g, in) -> g.when("if", in.map("c", String::isEmpty), 0.5, b -> in, b -> null)),
                wrong("null item", "each", "returned no port", (g, in) -> {
                    g.forEach("each", in.map("list", List::of), 1, (b, s) -> null);
                    return in;
                }),
                wrong(
                        "null function",
                        "a",
                        "function is missing",
                        (g, in) -> in.map("a", (Function<String, String>) null)),
                wrong(
                        "null operator",
                        "a",
                        "operator is missing",
                        (g, in) -> g.node("a", (Operator<String, String>) null, in)),
                wrong("null operator of a for-each", "a", "operator is missing", (g, in) -> {
                    g.forEach("a", in.map("list", s -> List.of(s)), 1, (Operator<String, String>) null);
                    return in;
                }),
                wrong("null options", "a", "options are missing", (g, in) -> g.node("a", SEND, in, null)),
                wrong(
                        "null memory",
                        "a",
                        "memory is missing",
                        (g, in) -> g.load("a", (Memory<String, String>) null, in)),
                wrong(
                        "null nested graph",
                        "a",
                        "nested graph is missing",
                        (g, in) -> g.nested("a", (AgentGraph<String, String>) null, in)),
                wrong(
                        "null iterations",
                        "a",
                        "iterations are missing",
                        (g, in) -> g.loop("a", in, null, (b, s) -> step(s.map("d", String::isEmpty), s, s))));
    }
}
