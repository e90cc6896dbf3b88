package io.agentopt.cost;

import io.agentopt.model.ModelSpec;

/**
 * The work of a reranker that reads query and passage together (a cross-encoder): an encoder pass over query + passage + separators, and
 * a head of a dense layer and a scalar on the first position of each pair.
 *
 * <pre>
 * tokens = query + passage + 4          head = h h + h parameters, 2 (h h + h) flops a pair
 * </pre>
 */
public final class RerankDemand {
    /** Tokens that a pair has besides its texts: one before, two between, one after. */
    public static final int SEPARATORS = 4;

    private RerankDemand() {}

    /**
     * The work to score passages for one query, as one batch of pairs of equal length.
     *
     * @param model of kind EMBEDDER
     * @param queryTokens tokens of the query
     * @param passageTokens tokens of each passage; the longest one where the batch is padded
     * @param passages how many
     * @throws IllegalArgumentException if the pair exceeds the model's context
     */
    public static Demand rerank(ModelSpec model, int queryTokens, int passageTokens, int passages) {
        if (queryTokens < 1 || passageTokens < 1 || passages < 1) {
            throw new IllegalArgumentException("Reranking " + passages + " passages of " + passageTokens
                    + " tokens for a query of " + queryTokens + " with model '" + model.id()
                    + "' is no work: each must be at least 1.");
        }
        long pair = (long) queryTokens + passageTokens + SEPARATORS;
        if (pair > model.maxContext()) {
            throw new IllegalArgumentException("A pair of " + pair + " tokens exceeds the maxContext ("
                    + model.maxContext() + ") of model '" + model.id() + "'. Cut passages to at most "
                    + Math.max(0, model.maxContext() - SEPARATORS - (long) queryTokens) + " tokens.");
        }
        Demand encoder = TransformerDemand.embed(model, (int) pair, passages);
        double hidden = model.hidden();
        double head = hidden * hidden + hidden;
        double element = model.compute().bytes();
        return new Demand(
                encoder.flops() + 2 * head * passages,
                encoder.bytesRead() + 2 * hidden * passages * element,
                encoder.bytesWritten() + (hidden + 1) * passages * element,
                encoder.weightBytes() + head * model.bytesPerWeight(),
                encoder.residentBytes() + (model.extra().scores() > 0 ? 0 : head * model.bytesPerWeight()),
                0,
                encoder.layers(),
                encoder.operators(),
                encoder.reduceBytes(),
                encoder.reductions(),
                encoder.precision(),
                encoder.operatorClass());
    }
}
