package io.agentopt.message;

import io.agentopt.message.Message.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * What a language model is asked: the turns so far, oldest first. Immutable; each method returns a longer prompt.
 *
 * @param messages the turns, oldest first
 */
public record Prompt(List<Message> messages) {
    /** A prompt with no turns. */
    public static final Prompt EMPTY = new Prompt(List.of());

    public Prompt {
        messages = List.copyOf(messages);
    }

    /** {@return a prompt that begins with an instruction to the model} */
    public static Prompt system(String text) {
        return EMPTY.plus(Role.SYSTEM, text);
    }

    /** {@return this prompt and the retrieved passages, best first} */
    public Prompt context(List<Passage> passages) {
        Prompt longer = this;
        for (Passage p : passages) longer = longer.plus(Role.PASSAGE, p.text());
        return longer;
    }

    /** {@return this prompt and what the user says} */
    public Prompt user(String text) {
        return plus(Role.USER, text);
    }

    /** {@return this prompt and one more turn} */
    public Prompt plus(Role role, String text) {
        List<Message> longer = new ArrayList<>(messages);
        longer.add(new Message(role, text));
        return new Prompt(longer);
    }

    /** {@return this prompt, the model's completion and the results of the tools that it called, in call order} */
    public Prompt with(Completion completion, List<ToolResult> results) {
        Prompt longer = plus(Role.ASSISTANT, completion.text());
        for (ToolResult r : results) longer = longer.plus(Role.TOOL, r.text());
        return longer;
    }
}
