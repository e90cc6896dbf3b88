package io.agentopt.examples.support;

import io.agentopt.message.ToolCall;
import java.util.List;

/**
 * What the agent answers.
 *
 * @param text the answer
 * @param calls the tools that were called for it, in order
 */
public record Reply(String text, List<ToolCall> calls) {
    public Reply {
        calls = List.copyOf(calls);
    }
}
