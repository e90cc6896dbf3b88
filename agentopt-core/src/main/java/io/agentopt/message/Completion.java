package io.agentopt.message;

import java.util.List;
import java.util.Objects;

/**
 * What a language model generated.
 *
 * @param text the generated text, without stop tokens
 * @param toolCalls the tool calls that the text consists of; empty when it is an answer
 * @param promptTokens tokens of the prompt
 * @param outputTokens tokens generated, the stop token included
 * @param finish why generation ended
 */
public record Completion(String text, List<ToolCall> toolCalls, int promptTokens, int outputTokens, Finish finish) {
    /** Why generation ended. */
    public enum Finish {
        /** A stop token. */
        STOP,
        /** The token limit of the operator or the model's context. */
        LENGTH
    }

    public Completion {
        Objects.requireNonNull(text, "text");
        toolCalls = List.copyOf(toolCalls);
        Objects.requireNonNull(finish, "finish");
        if (promptTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("The tokens of a completion (" + promptTokens + " in the prompt, "
                    + outputTokens + " generated) must not be negative.");
        }
    }

    /** {@return whether this is an answer and not a wish to call tools} */
    public boolean isFinal() {
        return toolCalls.isEmpty();
    }
}
