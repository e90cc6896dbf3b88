package io.agentopt.operator;

import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import java.util.List;
import java.util.Objects;

/**
 * Finds the passages nearest to a query vector by cosine similarity, best first. Exact.
 *
 * @param index what is searched
 * @param k passages to return, at least 1; fewer come back where the index is smaller
 */
public record VectorSearch(PassageIndex index, int k) implements Operator<Embedding, List<Passage>> {
    public VectorSearch {
        Objects.requireNonNull(index, "index");
        if (k < 1)
            throw new IllegalArgumentException(
                    "The k (" + k + ") of a search in index '" + index.name() + "' must be at least 1.");
    }

    @Override
    public String kind() {
        return "search";
    }
}
