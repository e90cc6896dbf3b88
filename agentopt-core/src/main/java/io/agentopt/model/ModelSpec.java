package io.agentopt.model;

import java.util.Objects;

/**
 * A transformer as the cost model sees it: shapes and number formats, no weights.
 *
 * <p>Symbols used in the formulas of {@code io.agentopt.cost}: L = {@code layers}, h = {@code hidden}, n = {@code heads},
 * g = {@code kvHeads}, d = {@code headDim}, f = {@code ffn}, V = {@code vocab}.
 *
 * @param id unique name, such as {@code meta-llama/Llama-3.1-8B}; graphs refer to it
 * @param kind what the model does
 * @param layers transformer layers, at least 1
 * @param hidden model width, in elements
 * @param heads query heads
 * @param kvHeads key/value heads; equal to {@code heads} without grouped-query attention
 * @param headDim elements per head
 * @param ffn width of the dense feed-forward layer (0 when every layer is a mixture of experts)
 * @param gatedFfn whether the feed-forward layer has a gate matrix beside up and down (SwiGLU)
 * @param vocab vocabulary entries
 * @param tiedEmbeddings whether input and output embeddings are one matrix
 * @param maxContext longest context, in tokens
 * @param experts mixture-of-experts part, or {@link Experts#NONE}
 * @param weights number format of the weights
 * @param compute number format of the arithmetic
 * @param kv number format of the KV cache
 * @param latent latent attention in place of ordinary attention, or {@link LatentAttention#NONE}; {@code kvHeads} is then
 *     {@code heads}, and {@code headDim} serves only estimates that do not know latent attention
 * @param window sliding window of some layers, or {@link SlidingWindow#NONE}
 * @param extra parameters beside the matrices, or {@link ExtraParameters#NONE}
 * @param scales scales of quantised weights, or {@link GroupScales#NONE}
 */
public record ModelSpec(
        String id,
        Kind kind,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        int ffn,
        boolean gatedFfn,
        int vocab,
        boolean tiedEmbeddings,
        int maxContext,
        Experts experts,
        Precision weights,
        Precision compute,
        Precision kv,
        LatentAttention latent,
        SlidingWindow window,
        ExtraParameters extra,
        GroupScales scales) {

    /** What a model does. */
    public enum Kind {
        /** Generates tokens: prefill and decode. */
        DECODER,
        /** Turns a text into a vector in one pass. */
        EMBEDDER
    }

    /**
     * The mixture-of-experts part of a model.
     *
     * @param count routed experts per layer; 0 for a dense model
     * @param perToken routed experts that each token visits
     * @param ffn width of one routed expert
     * @param sharedFfn width of the shared expert, 0 without one
     * @param denseLayers leading layers that use the dense feed-forward layer instead
     */
    public record Experts(int count, int perToken, int ffn, int sharedFfn, int denseLayers) {
        /** A dense model. */
        public static final Experts NONE = new Experts(0, 0, 0, 0, 0);

        public Experts {
            if (count < 0 || perToken < 0 || perToken > count || ffn < 0 || sharedFfn < 0 || denseLayers < 0) {
                throw new IllegalArgumentException("Experts " + count + " (" + perToken + " per token, ffn " + ffn
                        + ", shared " + sharedFfn + ", dense layers " + denseLayers
                        + ") are inconsistent: none may be negative and perToken at most count.");
            }
        }
    }

    public ModelSpec {
        Objects.requireNonNull(id, "id");
        if (id.isBlank()) throw new IllegalArgumentException("A model needs a name; its id is blank.");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(experts, "experts");
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(compute, "compute");
        Objects.requireNonNull(kv, "kv");
        Objects.requireNonNull(latent, "latent");
        Objects.requireNonNull(window, "window");
        Objects.requireNonNull(extra, "extra");
        Objects.requireNonNull(scales, "scales");
        positive(layers, "layers", id);
        positive(hidden, "hidden", id);
        positive(heads, "heads", id);
        positive(kvHeads, "kvHeads", id);
        positive(headDim, "headDim", id);
        positive(vocab, "vocab", id);
        positive(maxContext, "maxContext", id);
        if (ffn < 0 || (ffn == 0 && experts.count() == 0)) {
            throw new IllegalArgumentException("The ffn (" + ffn + ") of model '" + id + "' must be positive.");
        }
        if (window.layers() > layers) {
            throw new IllegalArgumentException("The window's layers (" + window.layers() + ") of model '" + id
                    + "' are more than its layers (" + layers + ").");
        }
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException("The heads (" + heads + ") of model '" + id
                    + "' must be a multiple of its kvHeads (" + kvHeads + ").");
        }
    }

    /** A model with ordinary attention over the whole context. */
    public ModelSpec(
            String id,
            Kind kind,
            int layers,
            int hidden,
            int heads,
            int kvHeads,
            int headDim,
            int ffn,
            boolean gatedFfn,
            int vocab,
            boolean tiedEmbeddings,
            int maxContext,
            Experts experts,
            Precision weights,
            Precision compute,
            Precision kv) {
        this(
                id,
                kind,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                ffn,
                gatedFfn,
                vocab,
                tiedEmbeddings,
                maxContext,
                experts,
                weights,
                compute,
                kv,
                LatentAttention.NONE,
                SlidingWindow.NONE,
                ExtraParameters.NONE,
                GroupScales.NONE);
    }

    private static void positive(int value, String name, String model) {
        if (value <= 0) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of model '" + model + "' must be positive.");
        }
    }

    /** {@return this model with weights, arithmetic and KV cache in other number formats; scales stay as they are} */
    public ModelSpec with(Precision newWeights, Precision newCompute, Precision newKv) {
        return copy(newWeights, newCompute, newKv, latent, window, extra, scales);
    }

    /** {@return this model with its weights stored in another number format} */
    public ModelSpec withWeights(Precision precision) {
        return copy(precision, compute, kv, latent, window, extra, scales);
    }

    /** {@return this model with its weights stored in another number format, in groups that share a scale} */
    public ModelSpec withWeights(Precision precision, GroupScales newScales) {
        return copy(precision, compute, kv, latent, window, extra, newScales);
    }

    /** {@return this model with latent attention} */
    public ModelSpec with(LatentAttention newLatent) {
        return copy(weights, compute, kv, newLatent, window, extra, scales);
    }

    /** {@return this model with a window in some layers} */
    public ModelSpec with(SlidingWindow newWindow) {
        return copy(weights, compute, kv, latent, newWindow, extra, scales);
    }

    /** {@return this model with parameters beside its matrices} */
    public ModelSpec with(ExtraParameters newExtra) {
        return copy(weights, compute, kv, latent, window, newExtra, scales);
    }

    private ModelSpec copy(
            Precision newWeights,
            Precision newCompute,
            Precision newKv,
            LatentAttention newLatent,
            SlidingWindow newWindow,
            ExtraParameters newExtra,
            GroupScales newScales) {
        return new ModelSpec(
                id,
                kind,
                layers,
                hidden,
                heads,
                kvHeads,
                headDim,
                ffn,
                gatedFfn,
                vocab,
                tiedEmbeddings,
                maxContext,
                experts,
                newWeights,
                newCompute,
                newKv,
                newLatent,
                newWindow,
                newExtra,
                newScales);
    }

    /** {@return bytes that a weight takes, its share of scales included} */
    public double bytesPerWeight() {
        return weights.bytes() + scales.bytesPerWeight();
    }

    /** {@return bytes that one token and layer adds to the KV cache: 2 g d, or the latent vector} */
    public double kvBytesPerTokenAndLayer() {
        return (latent.present() ? latent.cached() : 2.0 * kvHeads * headDim) * kv.bytes();
    }

    /** {@return bytes that one token adds to the KV cache, in all layers; what windowed layers forget is not taken off: see {@link #kvBytes}} */
    public double kvBytesPerToken() {
        return kvBytesPerTokenAndLayer() * layers;
    }

    /** {@return bytes of KV cache of one sequence of so many tokens, of which windowed layers keep the last ones only} */
    public double kvBytes(double context) {
        double kept = (layers - window.layers()) * context + window.layers() * window.kept(context);
        return kvBytesPerTokenAndLayer() * kept;
    }
}
