package io.agentopt.examples.tco;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;

import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import java.time.Duration;

/**
 * The paper's voice agent (figure 2): speech to text, a language model that may search the web in a loop, text to speech.
 *
 * <p>Recogniser and synthesiser are tools with a declared latency, as the search is: what the study compares is the language model. They cannot run: this graph is for
 * planning.
 */
final class VoiceAgent {
    /** Of a search and of a synthesiser: assumptions, the paper gives none. */
    static final Duration SEARCH = Duration.ofMillis(500), SYNTHESIS = Duration.ofMillis(300);

    /** Expected passes of the loop: assumed. */
    static final double ROUNDS = 1.5;

    static final int PROMPT_TOKENS = 512, OUTPUT_TOKENS = 128;

    /** A question so far: what was said, and what searches found. */
    record Turn(String said, String found) {
        Prompt prompt() {
            return Prompt.system("Answer what was said. Search if you must. " + found)
                    .user(said);
        }
    }

    private VoiceAgent() {}

    /**
     * Declares the agent.
     *
     * @param llm id of the language model
     * @param recognition time of the speech recogniser
     */
    static AgentGraph<String, String> declare(String llm, Duration recognition) {
        var hear = tool("speech-to-text", (String recording) -> unplanned(recording))
                .expecting(recognition);
        var search = tool("web-search", (Completion asked) -> unplanned(asked.text()))
                .expecting(SEARCH);
        var speak = tool("text-to-speech", (String text) -> unplanned(text)).expecting(SYNTHESIS);
        var think = generate(model(llm)).maxTokens(OUTPUT_TOKENS).expecting(PROMPT_TOKENS, OUTPUT_TOKENS);
        return AgentGraph.define("voice", String.class, String.class, (g, recording) -> {
            var said = g.node("hear", hear, recording);
            var asked = g.node("ask", (String text) -> new Turn(text, ""), said);
            var answer = g.loop("think", asked, maxIterations(4).expected(ROUNDS), (b, turn) -> {
                var completion = b.node("generate", think, turn.map("prompt", Turn::prompt));
                var found = b.node("search", search, completion);
                return step(
                        completion.map("done?", Completion::isFinal),
                        completion.map("text", Completion::text),
                        b.node("append", (Turn t, String more) -> new Turn(t.said(), t.found() + more), turn, found));
            });
            return g.node("speak", speak, answer);
        });
    }

    private static String unplanned(String input) {
        throw new UnsupportedOperationException(
                "The voice agent is declared for planning only; it cannot handle '" + input + "'.");
    }
}
