package io.agentopt.message;

import java.util.Objects;

/**
 * One turn of a conversation.
 *
 * @param role who speaks
 * @param text what is said
 */
public record Message(Role role, String text) {
    /** Who speaks. The names are those of a model pack's chat template. */
    public enum Role {
        SYSTEM,
        /** A retrieved passage. */
        PASSAGE,
        USER,
        ASSISTANT,
        /** The result of a tool call. */
        TOOL
    }

    public Message {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(text, "text");
    }
}
