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
 * @param kvLatent elements that multi-head latent attention caches per token and layer in place of keys and values; 0 without it
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
        int kvLatent) {

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
        if (kvLatent < 0) {
            throw new IllegalArgumentException(
                    "The kvLatent (" + kvLatent + ") of model '" + id + "' must not be negative.");
        }
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException("The heads (" + heads + ") of model '" + id
                    + "' must be a multiple of its kvHeads (" + kvHeads + ").");
        }
    }

    /** A model that caches keys and values. */
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
                0);
    }

    private static void positive(int value, String name, String model) {
        if (value <= 0) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of model '" + model + "' must be positive.");
        }
    }

    /** {@return this model with weights, arithmetic and KV cache in other number formats} */
    public ModelSpec with(Precision newWeights, Precision newCompute, Precision newKv) {
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
                kvLatent);
    }

    /** {@return this model with its weights stored in another number format} */
    public ModelSpec withWeights(Precision precision) {
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
                precision,
                compute,
                kv,
                kvLatent);
    }

    /** {@return bytes of KV cache that one token of context occupies: 2 * L * g * d * bytes, or L * kvLatent * bytes} */
    public double kvBytesPerToken() {
        return (kvLatent > 0 ? kvLatent : 2.0 * kvHeads * headDim) * layers * kv.bytes();
    }
}
