package io.agentopt.runtime.llm;

import io.agentopt.message.Passage;
import java.util.List;

/**
 * What a reranker found.
 *
 * @param passages best first, with their scores
 * @param tokens that the model read, of all pairs
 */
public record Ranking(List<Passage> passages, int tokens) {
    public Ranking {
        passages = List.copyOf(passages);
    }
}
