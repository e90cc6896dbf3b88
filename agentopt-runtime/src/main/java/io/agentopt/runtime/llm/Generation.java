package io.agentopt.runtime.llm;

import io.agentopt.message.Completion;
import io.agentopt.message.Completion.Finish;
import java.util.List;

/**
 * What a decode generated.
 *
 * @param ids tokens, the stop token included
 * @param text of the tokens, without stop token
 * @param finish why it ended
 * @param promptTokens tokens of the prompt
 * @param timing where the time went
 */
public record Generation(List<Integer> ids, String text, Finish finish, int promptTokens, Timing timing) {
    public Generation {
        ids = List.copyOf(ids);
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
