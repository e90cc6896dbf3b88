package io.agentopt.cost;

import io.agentopt.model.LatentAttention;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.SlidingWindow;

/**
 * What attention adds to a pass, for layers that see the whole context and for layers with a window. A pair is a new token and a token that it
 * sees. Symbols of latent attention as in {@link LatentAttention}.
 *
 * <pre>
 * flops a pair and layer   ordinary 4 n d
 *                          latent, keys and values expanded (prefill)                  2 n (p + r + v)
 *                          latent, the expanding matrix absorbed by queries and
 *                          outputs, so that all heads read the cached vector (decode)  2 n (2 c + r)
 * expansion                latent prefill: 2 c n (p + v) for each cached token that is seen anew
 * </pre>
 *
 * Both latent forms multiply with the same projections otherwise. For DeepSeek-V3 a pair costs 81,920 or 278,528 flops; in decode the absorbed
 * form saves expanding the whole context at every step.
 *
 * @param pairs of a layer that sees the whole context
 * @param windowPairs of a layer with a window
 * @param read tokens of KV cache read by a full layer
 * @param windowRead by a layer with a window
 * @param resident tokens of KV cache that a full layer keeps
 * @param windowResident that a layer with a window keeps
 * @param expanded cached tokens that a full layer of latent attention expands anew
 * @param absorbed whether latent attention runs in its absorbed form
 */
public record AttentionWork(
        double pairs,
        double windowPairs,
        double read,
        double windowRead,
        double resident,
        double windowResident,
        double expanded,
        boolean absorbed) {

    /** Prompts of so many tokens, of which leading ones are cached. */
    public static AttentionWork prefill(ModelSpec m, int promptTokens, int batch, int cachedPrefix) {
        double prompt = promptTokens, fresh = prompt - cachedPrefix;
        SlidingWindow w = m.window();
        return new AttentionWork(
                        fresh * cachedPrefix + fresh * (fresh + 1) / 2,
                        w.seenUpTo(prompt) - w.seenUpTo(cachedPrefix),
                        prompt,
                        Math.min(prompt, fresh + Math.max(0, w.tokens() - 1)),
                        prompt,
                        w.kept(prompt),
                        cachedPrefix,
                        false)
                .times(batch);
    }

    /** A mean step of those that decode the contexts from {@code first} to {@code last}. */
    public static AttentionWork decode(ModelSpec m, double first, double last, int batch) {
        SlidingWindow w = m.window();
        double mean = (first + last) / 2;
        double seen = last < first ? 0 : (w.seenUpTo(last) - w.seenUpTo(first - 1)) / (last - first + 1);
        return new AttentionWork(mean, seen, mean, seen, last, w.kept(last), 0, true).times(batch);
    }

    /** Texts in which every token sees every token; nothing is cached. */
    static AttentionWork encode(ModelSpec m, int tokens, int batch) {
        double pairs = (double) tokens * tokens;
        double near = tokens * m.window().kept(tokens);
        return new AttentionWork(pairs, near, 0, 0, 0, 0, 0, false).times(batch);
    }

    private AttentionWork times(double batch) {
        return new AttentionWork(
                pairs * batch,
                windowPairs * batch,
                read * batch,
                windowRead * batch,
                resident * batch,
                windowResident * batch,
                expanded * batch,
                absorbed);
    }

    /** {@return flops of scores and weighted values, and of expanding cached tokens} */
    public double flops(ModelSpec m) {
        LatentAttention a = m.latent();
        double n = m.heads();
        double perPair = !a.present()
                ? 4 * n * m.headDim()
                : 2 * n * (absorbed ? 2.0 * a.keyValueRank() + a.rotaryDim() : width(a) + a.valueDim());
        double again = a.present() ? 2 * a.expansion(n) * expanded * m.layers() : 0;
        return perPair * overLayers(m, pairs, windowPairs) + again;
    }

    /** {@return bytes of KV cache read} */
    public double kvRead(ModelSpec m) {
        return m.kvBytesPerTokenAndLayer() * overLayers(m, read, windowRead);
    }

    /** {@return bytes of KV cache kept} */
    public double kvResident(ModelSpec m) {
        return m.kvBytesPerTokenAndLayer() * overLayers(m, resident, windowResident);
    }

    /** {@return elements that a layer reads per token: the attended values} */
    double elementsRead(ModelSpec m) {
        LatentAttention a = m.latent();
        if (!a.present()) return (double) m.heads() * m.headDim();
        return (double) m.heads() * (absorbed ? a.keyValueRank() + a.valueDim() : a.valueDim());
    }

    /** {@return elements that a layer writes per token: queries, keys and values, and latent vectors} */
    double elementsWritten(ModelSpec m) {
        LatentAttention a = m.latent();
        double n = m.heads();
        if (!a.present()) return (n + 2.0 * m.kvHeads()) * m.headDim();
        double perHead = absorbed
                ? width(a) + a.keyValueRank() + a.keyValueRank() + a.valueDim()
                : width(a) + a.plainDim() + a.valueDim();
        return n * perHead + a.queryRank() + a.cached();
    }

    private static double width(LatentAttention a) {
        return (double) a.plainDim() + a.rotaryDim();
    }

    private static double overLayers(ModelSpec m, double full, double windowed) {
        return (m.layers() - m.window().layers()) * full + m.window().layers() * windowed;
    }
}
