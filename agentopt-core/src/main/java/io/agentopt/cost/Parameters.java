package io.agentopt.cost;

import io.agentopt.model.ModelSpec;

/**
 * Parameter counts of a model's matrices, and of norms, biases and positions where {@link ModelSpec#extra} states them (else left out: below 0.5 % of a decoder). Symbols as in {@link ModelSpec}; m = 3 matrices
 * in a gated feed-forward layer, else 2.
 *
 * <pre>
 * attention = 2 h n d + 2 h g d, or latent: {@link io.agentopt.model.LatentAttention#parameters}
 * dense ffn = m h f
 * expert    = m h fe                   shared    = m h fs            router = h E
 * total     = V h (1 or 2) + L attention + dense layers * ffn + moe layers * (E expert + shared + router) + extra
 * </pre>
 *
 * @param embedding input embedding
 * @param head output matrix over the vocabulary, which is the embedding again if tied; 0 for an embedder
 * @param headStored what the head adds to storage: 0 if tied or absent
 * @param attention of all layers
 * @param denseFfn of all layers with a dense feed-forward
 * @param alwaysActive shared experts and routers of all layers
 * @param routedPerExpert one routed expert index, in all mixture layers
 * @param experts routed experts per mixture layer, 0 without
 * @param expertsPerToken routed experts that a token visits
 * @param extra norms, biases, positions, segments, pooling and head, where stated
 */
public record Parameters(
        double embedding,
        double head,
        double headStored,
        double attention,
        double denseFfn,
        double alwaysActive,
        double routedPerExpert,
        int experts,
        int expertsPerToken,
        double extra) {

    /** Counts the parameters of a model. */
    public static Parameters of(ModelSpec m) {
        ModelSpec.Experts x = m.experts();
        double h = m.hidden();
        double matrices = m.gatedFfn() ? 3 : 2;
        double denseLayers = x.count() == 0 ? m.layers() : Math.min(x.denseLayers(), m.layers());
        double mixtureLayers = m.layers() - denseLayers;
        boolean generates = m.kind() == ModelSpec.Kind.DECODER;
        double vocabulary = (double) m.vocab() * h;
        return new Parameters(
                vocabulary,
                generates ? vocabulary : 0,
                generates && !m.tiedEmbeddings() ? vocabulary : 0,
                m.layers() * attention(m),
                denseLayers * matrices * h * m.ffn(),
                mixtureLayers * (matrices * h * x.sharedFfn() + h * x.count()),
                mixtureLayers * matrices * h * x.ffn(),
                x.count(),
                x.perToken(),
                m.extra().outsideLayers(h)
                        + m.layers()
                                * m.extra()
                                        .perLayer(
                                                h,
                                                (double) m.heads() * m.headDim(),
                                                (double) m.kvHeads() * m.headDim(),
                                                m.ffn()));
    }

    private static double attention(ModelSpec m) {
        double h = m.hidden();
        if (m.latent().present()) return m.latent().parameters(h, m.heads());
        return 2 * h * m.headDim() * ((double) m.heads() + m.kvHeads());
    }

    /** {@return all parameters} */
    public double total() {
        return embedding + headStored + attention + denseFfn + alwaysActive + routedPerExpert * experts + extra;
    }

    /** {@return parameters of the layers that each token multiplies with, without embedding and head} */
    public double activePerToken() {
        return attention + denseFfn + alwaysActive + routedPerExpert * expertsPerToken;
    }

    /**
     * {@return layer parameters that so many tokens together touch} With uniform routing, t tokens visit
     * E (1 - (1 - k/E)^t) of E experts.
     */
    public double touchedBy(double tokens) {
        return attention + denseFfn + alwaysActive + routedPerExpert * expertsVisited(tokens);
    }

    private double expertsVisited(double tokens) {
        if (experts == 0) return 0;
        double missed = Math.pow(1 - (double) expertsPerToken / experts, tokens);
        return experts * (1 - missed);
    }
}
