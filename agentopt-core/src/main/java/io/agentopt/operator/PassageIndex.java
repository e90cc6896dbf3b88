package io.agentopt.operator;

import io.agentopt.message.Passage;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A fixed set of passages to search by meaning. It holds texts; the runtime embeds them once, when the agent is loaded.
 *
 * @param name unique in a graph
 * @param embedder the model that embeds the passages; queries must be embedded with the same
 * @param passages what can be found; ids are unique
 */
public record PassageIndex(String name, ModelRef embedder, List<Passage> passages) {
    public PassageIndex {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(embedder, "embedder");
        passages = List.copyOf(passages);
        if (name.isBlank()) throw new IllegalArgumentException("A passage index needs a name; it is blank.");
        if (passages.isEmpty()) {
            throw new IllegalArgumentException(
                    "The passage index '" + name + "' is empty. Give it at least one passage.");
        }
        Set<String> ids = new HashSet<>();
        for (Passage p : passages) {
            if (!ids.add(p.id())) {
                throw new IllegalArgumentException("The passage index '" + name + "' has two passages with the id '"
                        + p.id() + "'. Ids must be unique.");
            }
        }
    }

    /** {@return an index over passages} */
    public static PassageIndex of(String name, ModelRef embedder, List<Passage> passages) {
        return new PassageIndex(name, embedder, passages);
    }
}
