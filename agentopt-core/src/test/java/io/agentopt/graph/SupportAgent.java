package io.agentopt.graph;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.toolbox;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.message.Completion;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import io.agentopt.operator.ModelRef;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Tool;
import java.time.Duration;
import java.util.List;

/** The sample agent: retrieve, ask, call tools until there is an answer. */
public final class SupportAgent {
    /** What a run is given. */
    public record In(String question) {}

    /** Embeds questions and passages. */
    public static final ModelRef EMBEDDER = model("embedder-1");

    /** What the agent knows. */
    public static final PassageIndex HANDBOOK = PassageIndex.of(
            "handbook",
            EMBEDDER,
            List.of(
                    Passage.of("returns", "Goods can be returned within 30 days."),
                    Passage.of("shipping", "Shipping takes 3 days.")));

    /** What the agent can do. */
    public static final Tool<ToolCall, ToolResult> ORDERS =
            toolbox("orders", List.of(lookup("order_status", "shipped"), lookup("order_total", "12.50")));

    private SupportAgent() {}

    /** {@return the agent, declared} */
    public static AgentGraph<In, String> declare() {
        return AgentGraph.define("support", In.class, String.class, (g, in) -> {
            Port<Embedding> query = g.node("embed", embed(EMBEDDER), in.map("question", In::question));
            Port<List<Passage>> docs = g.node("retrieve", vectorSearch(HANDBOOK, 4), query);
            Port<Prompt> prompt = g.node(
                    "prompt",
                    (q, d) ->
                            Prompt.system("Answer briefly.").user(q.question()).context(d),
                    in,
                    docs);
            return g.loop("think", prompt, maxIterations(4).expected(1.6), (b, p) -> {
                Port<Completion> answer =
                        b.node("generate", generate(model("support-1")).maxTokens(128), p);
                Port<List<ToolResult>> results =
                        b.forEach("tools", answer.map("calls", Completion::toolCalls), 0.6, ORDERS);
                return step(
                        answer.map("done?", Completion::isFinal),
                        answer.map("text", Completion::text),
                        b.node("append", Prompt::with, p, answer, results));
            });
        });
    }

    private static Tool<ToolCall, String> lookup(String name, String answer) {
        return tool(name, (ToolCall call) -> answer + " " + call.arguments())
                .expecting(Duration.ofMillis(20))
                .asIdempotent();
    }
}
