package io.agentopt.model;

/**
 * Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): keys and values of all heads come from one small vector per token and layer,
 * which is all that is cached, together with one rotary key that the heads share.
 *
 * <pre>
 * parameters a layer = queries + h (c + r) + c n (p + v) + n v h
 * queries            = h q + q n (p + r), or h n (p + r) where q = 0
 * </pre>
 *
 * @param queryRank q: width that queries are compressed to, 0 if they are not
 * @param keyValueRank c: width of the cached vector
 * @param plainDim p: elements of a head's query and key without position
 * @param rotaryDim r: elements with a rotary position; the key's are shared by all heads
 * @param valueDim v: elements of a head's value
 */
public record LatentAttention(int queryRank, int keyValueRank, int plainDim, int rotaryDim, int valueDim) {
    /** Ordinary attention, which caches keys and values. */
    public static final LatentAttention NONE = new LatentAttention(0, 0, 0, 0, 0);

    public LatentAttention {
        boolean none = keyValueRank == 0 && queryRank == 0 && plainDim == 0 && rotaryDim == 0 && valueDim == 0;
        if (!none && (queryRank < 0 || keyValueRank < 1 || plainDim < 1 || rotaryDim < 0 || valueDim < 1)) {
            throw new IllegalArgumentException(
                    "Latent attention with queryRank " + queryRank + ", keyValueRank "
                            + keyValueRank + ", plainDim " + plainDim + ", rotaryDim " + rotaryDim + ", valueDim "
                            + valueDim
                            + " is inconsistent: keyValueRank, plainDim and valueDim must be positive, the others not negative.");
        }
    }

    /** {@return whether a model has it} */
    public boolean present() {
        return keyValueRank > 0;
    }

    /** {@return elements cached per token and layer: c + r} */
    public int cached() {
        return keyValueRank + rotaryDim;
    }

    /** {@return parameters of one layer's attention matrices} */
    public double parameters(double hidden, double heads) {
        double queries = heads * (plainDim + rotaryDim);
        double query = queryRank == 0 ? hidden * queries : queryRank * (hidden + queries);
        return query + hidden * cached() + expansion(heads) + heads * valueDim * hidden;
    }

    /** {@return parameters of the matrix that makes keys and values of a cached vector: c n (p + v)} */
    public double expansion(double heads) {
        return keyValueRank * heads * (plainDim + valueDim);
    }
}
