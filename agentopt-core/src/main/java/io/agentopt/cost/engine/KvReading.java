package io.agentopt.cost.engine;

/**
 * How often an attention kernel reads a KV entry that several query heads share: KV traffic of a decode step is multiplied by
 * {@code (heads / KV heads)^exponent}.
 */
public enum KvReading {
    /** Once per group: flash kernels of current engines. Their tables show an exponent of 0.0 to 0.2. */
    PER_GROUP(0),
    /** Not known, half way between the two kernels that exist. Paged-attention engines of 2024 read per head but hit caches. */
    UNKNOWN(0.5),
    /** Once per query head. */
    PER_HEAD(1);

    private final double exponent;

    KvReading(double exponent) {
        this.exponent = exponent;
    }

    /** {@return the factor on KV traffic of a model whose query heads outnumber its KV heads so many times} */
    public double factor(double headsPerGroup) {
        return Math.pow(headsPerGroup, exponent);
    }
}
