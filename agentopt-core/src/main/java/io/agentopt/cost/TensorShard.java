package io.agentopt.cost;

import io.agentopt.model.LatentAttention;
import io.agentopt.model.ModelSpec;

/**
 * What one of N devices holds when they share every layer (tensor parallelism). The device with the largest share:
 *
 * <pre>
 * queries, output   ceil(n / N) / n of their heads
 * keys, values      ceil(g / N) / g of theirs; with N above g each KV head lies on N / g devices
 * latent attention  heads as above; the matrices in front of the heads, and the cached vector, on every device
 * feed-forward      1 / N of each matrix, experts included           embedding, head: 1 / N of the vocabulary
 * norms, biases, positions, routers: on every device
 * </pre>
 *
 * @param weightBytes weights of one device, bytes
 * @param kvBytesPerToken KV cache that one token adds on one device, bytes
 */
public record TensorShard(double weightBytes, double kvBytesPerToken) {

    /**
     * {@return the largest share of a model}
     *
     * @param devices N, at least 1
     */
    public static TensorShard of(ModelSpec m, int devices) {
        if (devices < 1) {
            throw new IllegalArgumentException(
                    "A tensor parallel degree of " + devices + " for model '" + m.id() + "' must be at least 1.");
        }
        Parameters p = Parameters.of(m);
        double routers = m.experts().count() == 0
                ? 0
                : (m.layers() - Math.min(m.experts().denseLayers(), m.layers()))
                        * (double) m.hidden()
                        * m.experts().count();
        double split = p.embedding()
                + p.headStored()
                + p.denseFfn()
                + p.alwaysActive()
                - routers
                + p.routedPerExpert() * p.experts();
        double weights = split / devices + m.layers() * attention(m, devices) + routers + p.extra();
        return new TensorShard(weights * m.bytesPerWeight(), m.kvBytesPerToken() * share(kvParts(m), devices));
    }

    /** {@return devices that a model's KV cache can be divided among: its KV heads; one with latent attention} */
    static double kvParts(ModelSpec m) {
        return m.latent().present() ? 1 : m.kvHeads();
    }

    /** Parameters of one layer's attention on one device. */
    private static double attention(ModelSpec m, int devices) {
        double h = m.hidden(), heads = Math.ceil((double) m.heads() / devices);
        LatentAttention a = m.latent();
        if (!a.present()) return 2 * h * m.headDim() * (heads + m.kvHeads() * share(m.kvHeads(), devices));
        return a.parameters(h, heads);
    }

    /** The share of so many indivisible parts that one device has. */
    private static double share(double parts, int devices) {
        return Math.ceil(parts / devices) / parts;
    }
}
