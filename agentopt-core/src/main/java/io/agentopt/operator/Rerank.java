package io.agentopt.operator;

import io.agentopt.message.Passage;
import java.util.List;
import java.util.Objects;

/**
 * Reads each passage together with the query (a cross-encoder) and keeps the best: query and passages in, passages out, best first.
 *
 * @param model the reranker
 * @param k passages to keep, at least 1; fewer come back where there were fewer
 * @param expectedQueryTokens mean length of the query that the planner assumes, in tokens
 * @param expectedPassageTokens mean length of a passage that the planner assumes, in tokens
 * @param expectedPassages mean number of passages that the planner assumes
 */
public record Rerank(
        ModelRef model, int k, double expectedQueryTokens, double expectedPassageTokens, double expectedPassages)
        implements Operator<Object, List<Passage>> {
    /** Length of a passage that is assumed where a declaration says nothing. */
    public static final double DEFAULT_PASSAGE_TOKENS = 128;

    /** Number of passages that is assumed where a declaration says nothing. */
    public static final double DEFAULT_PASSAGES = 16;

    public Rerank {
        Objects.requireNonNull(model, "model");
        if (k < 1)
            throw new IllegalArgumentException("The k (" + k + ") of reranker '" + model + "' must be at least 1.");
        atLeastOne("expectedQueryTokens", expectedQueryTokens, model);
        atLeastOne("expectedPassageTokens", expectedPassageTokens, model);
        atLeastOne("expectedPassages", expectedPassages, model);
    }

    /** A reranking of default lengths. */
    public Rerank(ModelRef model, int k) {
        this(model, k, Embed.DEFAULT_TOKENS, DEFAULT_PASSAGE_TOKENS, DEFAULT_PASSAGES);
    }

    /** {@return this operator with mean lengths for the planner} */
    public Rerank expecting(double queryTokens, double passageTokens, double passages) {
        return new Rerank(model, k, queryTokens, passageTokens, passages);
    }

    private static void atLeastOne(String name, double value, ModelRef model) {
        if (!(value >= 1) || Double.isInfinite(value))
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of reranker '" + model + "' must be finite and at least 1.");
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public String kind() {
        return "rerank";
    }
}
