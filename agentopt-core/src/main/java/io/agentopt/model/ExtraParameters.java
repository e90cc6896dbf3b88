package io.agentopt.model;

/**
 * Parameters beside matrices of layers, embedding and output: what makes an encoder's count exact.
 *
 * @param positions entries of a learned position embedding, 0 without one
 * @param segments entries of a segment (token type) embedding, 0 without one
 * @param biasesAndNorms whether each layer has biases on all matrices and two normalisations with scale and shift, and the embeddings one
 *     normalisation (BERT and its kin)
 * @param pooler whether the first position goes through a dense layer h to h at the end
 * @param scores outputs of a classifying head behind it, such as 1 for a reranker; 0 without a head
 */
public record ExtraParameters(int positions, int segments, boolean biasesAndNorms, boolean pooler, int scores) {
    /** None are stated. */
    public static final ExtraParameters NONE = new ExtraParameters(0, 0, false, false, 0);

    public ExtraParameters {
        if (positions < 0 || segments < 0 || scores < 0) {
            throw new IllegalArgumentException("Positions (" + positions + "), segments (" + segments + ") and scores ("
                    + scores + ") must not be negative.");
        }
    }

    /** {@return parameters of embeddings, normalisation of the embeddings, and head} */
    public double outsideLayers(double hidden) {
        double embeddings = ((double) positions + segments) * hidden + (biasesAndNorms ? 2 * hidden : 0);
        return embeddings + (pooler ? hidden * hidden + hidden : 0) + scores * (hidden + 1);
    }

    /** {@return biases and norms of one layer: 3 of queries, keys and values, output, up, down, two norms} */
    public double perLayer(double hidden, double attentionWidth, double keyValueWidth, double ffn) {
        if (!biasesAndNorms) return 0;
        return attentionWidth + 2 * keyValueWidth + hidden + ffn + hidden + 4 * hidden;
    }
}
