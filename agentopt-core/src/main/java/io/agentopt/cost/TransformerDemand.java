package io.agentopt.cost;

import io.agentopt.model.ModelSpec;

/**
 * The work of a transformer. Symbols as in {@link ModelSpec}; T = new tokens of all sequences together, C = sum over the new tokens of
 * the context each attends to (itself included), S = sequences whose logits are computed.
 *
 * <pre>
 * flops   = 2 active T + 4 L n d C + 2 V h S          windows and latent attention: {@link AttentionWork}
 * weights = bytes * (parameters touched by T tokens + V h if there are logits)
 * KV      = kvBytesPerToken * context read (a windowed layer: its window), kvBytesPerToken * T written
 * activations, per layer and token: read 2h + nd + fa, write 2h + (n + 2g) d + m' fa   (fa = active ffn width; m' = 2 gated, else 1)
 * all-reduces = 2 L per pass, of T h elements each
 * </pre>
 *
 * Attention scores stay on chip (as in fused attention), normalisation and activation are fused into their neighbours.
 */
public final class TransformerDemand {
    private TransformerDemand() {}

    /** {@return the work to read prompts and give the logits of their last position; as {@link #prefill(ModelSpec, int, int, int)} without a cached prefix} */
    public static Demand prefill(ModelSpec model, int promptTokens, int batch) {
        return prefill(model, promptTokens, batch, 0);
    }

    /**
     * The work to read prompts and give the logits of their last position. A chunk of a chunked prefill is a prefill whose
     * cached prefix is the chunks before it.
     *
     * @param promptTokens tokens of each prompt, cached prefix included
     * @param batch prompts
     * @param cachedPrefix leading tokens of each whose KV entries exist already, below {@code promptTokens}
     */
    public static Demand prefill(ModelSpec model, int promptTokens, int batch, int cachedPrefix) {
        generates(model);
        atLeast(promptTokens, 1, "promptTokens", model);
        atLeast(batch, 1, "batch", model);
        if (cachedPrefix < 0 || cachedPrefix >= promptTokens) {
            throw new IllegalArgumentException("The cachedPrefix (" + cachedPrefix + ") of model '" + model.id()
                    + "' must be at least 0 and below its promptTokens (" + promptTokens
                    + "): the last position is computed anew.");
        }
        double fresh = (double) promptTokens - cachedPrefix;
        return pass(
                model,
                OperatorClass.PREFILL,
                fresh * batch,
                AttentionWork.prefill(model, promptTokens, batch, cachedPrefix),
                batch);
    }

    /**
     * The work of one decode step: one token for each sequence.
     *
     * @param contextTokens tokens that each new token attends to, itself included
     * @param batch sequences
     */
    public static Demand decodeStep(ModelSpec model, int contextTokens, int batch) {
        generates(model);
        atLeast(contextTokens, 1, "contextTokens", model);
        atLeast(batch, 1, "batch", model);
        return pass(
                model,
                OperatorClass.DECODE,
                batch,
                AttentionWork.decode(model, contextTokens, contextTokens, batch),
                batch);
    }

    /**
     * The work of all decode steps of a completion. Prefill gives the first token, so there are {@code outputTokens - 1} steps, at
     * contexts promptTokens + 1 to promptTokens + outputTokens - 1.
     *
     * @param promptTokens tokens of each prompt
     * @param outputTokens tokens of each completion, at least 1
     * @param batch sequences
     */
    public static Demand decode(ModelSpec model, int promptTokens, int outputTokens, int batch) {
        generates(model);
        atLeast(promptTokens, 1, "promptTokens", model);
        atLeast(outputTokens, 1, "outputTokens", model);
        atLeast(batch, 1, "batch", model);
        double steps = outputTokens - 1.0;
        AttentionWork mean = AttentionWork.decode(model, promptTokens + 1.0, promptTokens + steps, batch);
        return pass(model, OperatorClass.DECODE, batch, mean, batch).times(steps);
    }

    /**
     * The work of an encoder pass: every token attends to every token, no KV cache, no logits.
     *
     * @param tokens tokens of each text
     * @param batch texts
     */
    public static Demand embed(ModelSpec model, int tokens, int batch) {
        if (model.kind() != ModelSpec.Kind.EMBEDDER) {
            throw new IllegalArgumentException("Model '" + model.id()
                    + "' generates; embed needs a model of kind EMBEDDER. Use prefill, or another model.");
        }
        atLeast(tokens, 1, "tokens", model);
        atLeast(batch, 1, "batch", model);
        return pass(model, OperatorClass.EMBED, (double) tokens * batch, AttentionWork.encode(model, tokens, batch), 0);
    }

    /** {@return bytes that the model's weights occupy, scales included} */
    public static double weightBytes(ModelSpec model) {
        return Parameters.of(model).total() * model.bytesPerWeight();
    }

    private static Demand pass(ModelSpec m, OperatorClass work, double tokens, AttentionWork attention, double logits) {
        Parameters p = Parameters.of(m);
        double layers = m.layers();
        double flops = 2 * p.activePerToken() * tokens + attention.flops(m) + 2 * p.head() * logits;
        double ffn = activeFfn(m);
        double elements = tokens * layers * m.compute().bytes();
        double read = elements * (2.0 * m.hidden() + attention.elementsRead(m) + ffn);
        double written = elements * (2.0 * m.hidden() + attention.elementsWritten(m) + (m.gatedFfn() ? 2 : 1) * ffn);
        boolean caches = work != OperatorClass.EMBED;
        double weights = (p.touchedBy(tokens) + (logits > 0 ? p.head() : 0)) * m.bytesPerWeight();
        return new Demand(
                flops,
                read + attention.kvRead(m),
                written + (caches ? m.kvBytesPerToken() * tokens : 0),
                weights,
                p.total() * m.bytesPerWeight(),
                attention.kvResident(m),
                layers,
                1,
                2 * layers * tokens * m.hidden() * m.compute().bytes(),
                2 * layers,
                m.compute(),
                work,
                TensorShard.kvParts(m));
    }

    /** Width of the feed-forward that one token visits, averaged over the layers. */
    private static double activeFfn(ModelSpec m) {
        ModelSpec.Experts x = m.experts();
        if (x.count() == 0) return m.ffn();
        double dense = Math.min(x.denseLayers(), m.layers());
        double mixture = (double) x.perToken() * x.ffn() + x.sharedFfn();
        return (dense * m.ffn() + (m.layers() - dense) * mixture) / m.layers();
    }

    private static void generates(ModelSpec model) {
        if (model.kind() != ModelSpec.Kind.DECODER) {
            throw new IllegalArgumentException(
                    "Model '" + model.id()
                            + "' does not generate; prefill and decode need a model of kind DECODER. Use embed, or another model.");
        }
    }

    private static void atLeast(int value, int least, String name, ModelSpec model) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of model '" + model.id() + "' must be at least " + least + ".");
        }
    }
}
