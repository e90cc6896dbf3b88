package io.agentopt.message;

import java.util.Objects;

/**
 * A retrieved piece of text.
 *
 * @param id unique in its index
 * @param text the text
 * @param score similarity to the query, higher is closer; 0 before any search
 */
public record Passage(String id, String text, double score) {
    public Passage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(text, "text");
    }

    /** {@return a passage that no search has scored} */
    public static Passage of(String id, String text) {
        return new Passage(id, text, 0);
    }
}
