package io.agentopt.examples.support;

import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of the agent's loop.
 *
 * @param prompt what the model is asked next
 * @param calls the tool calls so far
 */
public record Conversation(Prompt prompt, List<ToolCall> calls) {
    public Conversation {
        calls = List.copyOf(calls);
    }

    /** {@return a conversation that has only been asked} */
    public static Conversation of(Prompt prompt) {
        return new Conversation(prompt, List.of());
    }

    /** {@return this conversation with a completion and what the tools answered to it} */
    public Conversation with(Completion completion, List<ToolResult> results) {
        List<ToolCall> more = new ArrayList<>(calls);
        more.addAll(completion.toolCalls());
        return new Conversation(prompt.with(completion, results), more);
    }

    /** {@return the reply that a completion is} */
    public Reply reply(Completion completion) {
        List<ToolCall> all = new ArrayList<>(calls);
        all.addAll(completion.toolCalls());
        return new Reply(completion.text(), all);
    }
}
