package io.agentopt.graph;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.message.Prompt;
import io.agentopt.operator.Memory;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.Tool;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** A graph that has every kind of node, with and without options, and the same function twice. */
final class EveryNode {
    record Ticket(String text) {}

    static final Tool<String, String> ECHO = tool("echo", (String s) -> s).asIdempotent();
    static final Memory<String, String> NOTES = Memory.inProcess("notes", "");

    private EveryNode() {}

    static AgentGraph<String, String> declare() {
        Function<String, String> trim = String::strip;
        AgentGraph<Ticket, String> inner = AgentGraph.define(
                "inner", Ticket.class, String.class, (g, in) -> g.node("ask", ECHO, in.map("text", Ticket::text)));
        return AgentGraph.define("every", String.class, String.class, (g, in) -> {
            Port<String> clean = in.map("trim", trim);
            Port<String> note = g.load("recall", NOTES, clean);
            var docs = g.node(
                    "search",
                    vectorSearch(SupportAgent.HANDBOOK, 2),
                    g.node("embed", embed(SupportAgent.EMBEDDER).expecting(9), clean));
            Port<String> chosen = g.when(
                    "long?",
                    clean.map("check", s -> s.length() > 40),
                    0.7,
                    b -> b.node(
                                    "summary",
                                    generate(model("small"))
                                            .sampling(new Sampling(0.7, 40, 0.9, 7))
                                            .expecting(100, 20),
                                    b.node(
                                            "ask",
                                            (String s, String n) ->
                                                    Prompt.system(n).user(s),
                                            clean,
                                            note),
                                    NodeOptions.NONE
                                            .timeout(Duration.ofMillis(300))
                                            .pinnedTo("gpu")
                                            .forbid("cpu")
                                            .outputBytes(100))
                            .map("answer", c -> c.text()),
                    b -> clean);
            Port<List<String>> heard = g.forEach(
                    "each", docs.map("texts", d -> d.stream().map(p -> p.text()).toList()), 2, ECHO);
            Port<String> told = g.nested(
                    "inner", inner, g.node("ticket", (String s, List<String> h) -> new Ticket(s + h), chosen, heard));
            Port<String> looped = g.loop("again", told, maxIterations(3), (b, s) -> {
                Port<String> next = b.node("echo", ECHO, s, NodeOptions.NONE.retries(2));
                return step(next.map("empty", String::isEmpty), next.map("trim", trim), next);
            });
            return g.store("keep", NOTES, clean, looped);
        });
    }
}
