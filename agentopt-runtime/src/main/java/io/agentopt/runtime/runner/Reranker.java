package io.agentopt.runtime.runner;

import io.agentopt.message.Passage;
import java.util.List;

/** Scores passages by reading each together with a query. */
@FunctionalInterface
public interface Reranker {
    /** {@return the passages that were given, at most {@code k} of them, best first, each with its score} */
    List<Passage> rerank(String query, List<Passage> passages, int k) throws Exception;
}
