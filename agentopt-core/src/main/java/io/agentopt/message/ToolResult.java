package io.agentopt.message;

import java.util.Objects;

/**
 * What a tool answered.
 *
 * @param call the call that it answers
 * @param text the answer, as the model shall read it
 */
public record ToolResult(ToolCall call, String text) {
    public ToolResult {
        Objects.requireNonNull(call, "call");
        Objects.requireNonNull(text, "text");
    }
}
