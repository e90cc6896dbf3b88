package io.agentopt.examples.support;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.toolbox;
import static io.agentopt.operator.Operators.vectorSearch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.message.Completion;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.PassageIndex;
import java.util.List;

/** The demonstration agent: retrieval, a language model, and tools in a loop. */
public final class SupportAgent {
    private SupportAgent() {}

    /** How many tokens a planner should expect, and how many rounds of the loop. */
    public record Lengths(
            double promptTokens, double outputTokens, int maxTokens, double rounds, double callsPerRound) {
        /** Of the demonstration model: about half of the questions need one tool call. */
        public static final Lengths DEMO = new Lengths(230, 32, 160, 1.45, 0.31);
    }

    /**
     * Declares the agent.
     *
     * @param llm id of the language model
     * @param embedder id of the embedder
     * @param policies what can be retrieved
     * @param shop what the tools look into
     * @param lengths what the planner should expect
     */
    public static AgentGraph<String, Reply> declare(
            String llm, String embedder, List<Passage> policies, Shop shop, Lengths lengths) {
        PassageIndex index = PassageIndex.of("policies", model(embedder), policies);
        var tools = toolbox("shop", shop.tools());
        var answerBriefly = generate(model(llm))
                .maxTokens(lengths.maxTokens())
                .expecting(lengths.promptTokens(), lengths.outputTokens());

        return AgentGraph.define("support", String.class, Reply.class, (g, question) -> {
            var query = g.node("embed", embed(model(embedder)).expecting(20), question);
            var passages = g.node("retrieve", vectorSearch(index, 4), query);
            Port<Conversation> asked = g.node("ask", SupportAgent::ask, question, passages);
            return g.loop("think", asked, maxIterations(4).expected(lengths.rounds()), (b, conversation) -> {
                Port<Completion> completion =
                        b.node("generate", answerBriefly, conversation.map("prompt", Conversation::prompt));
                var results = b.forEach(
                        "tools", completion.map("calls", Completion::toolCalls), lengths.callsPerRound(), tools);
                return step(
                        completion.map("done?", Completion::isFinal),
                        b.node("reply", Conversation::reply, conversation, completion),
                        b.node("append", Conversation::with, conversation, completion, results));
            });
        });
    }

    private static Conversation ask(String question, List<Passage> passages) {
        return Conversation.of(
                Prompt.system("Answer briefly.").context(passages).user(question));
    }
}
