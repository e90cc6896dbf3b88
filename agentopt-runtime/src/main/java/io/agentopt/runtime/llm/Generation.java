package io.agentopt.runtime.llm;

import io.agentopt.message.Completion;
import io.agentopt.message.Completion.Finish;
import io.agentopt.runtime.llm.sample.LogProbs;
import java.util.List;

/**
 * What a decode generated.
 *
 * @param ids tokens, the stop token included; after a stop text, up to the token that completed it
 * @param text of the tokens, without stop token and stop text
 * @param finish why it ended
 * @param promptTokens tokens of the prompt
 * @param timing where the time went
 * @param logProbs of each token; empty if they were not asked for
 */
public record Generation(
        List<Integer> ids, String text, Finish finish, int promptTokens, Timing timing, List<LogProbs> logProbs) {
    public Generation {
        ids = List.copyOf(ids);
        logProbs = List.copyOf(logProbs);
    }

    /** {@return tokens of the prompt that the prefix cache knew} */
    public int cachedTokens() {
        return timing.reused();
    }

    /** {@return this as a message, tool calls read out of the text} */
    public Completion completion() {
        return new Completion(text, ToolCalls.parse(text), promptTokens, ids.size(), finish);
    }
}
