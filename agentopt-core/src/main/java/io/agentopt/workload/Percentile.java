package io.agentopt.workload;

/**
 * Which share of requests an SLA speaks for, and the margin that planning on mean times keeps for it.
 *
 * <p>The margin is a planning rule, not a promise: the mean that is planned must be at most the limit divided by the margin.
 * It stands for queueing and for lengths above the mean. p50 keeps none; the others are the quantiles of a gamma distribution of
 * shape 4 (a chain of about four comparable stages) divided by its mean: p90 1.67, p95 1.94, p99 2.51. Plans print it.
 */
public enum Percentile {
    MEAN("mean", 1.0),
    P50("p50", 1.0),
    P90("p90", 1.67),
    P95("p95", 1.94),
    P99("p99", 2.51);

    private final String id;
    private final double margin;

    Percentile(String id, double margin) {
        this.id = id;
        this.margin = margin;
    }

    /** {@return the name used in files and messages, such as {@code p95}} */
    public String id() {
        return id;
    }

    /** {@return limit divided by the mean that is planned} */
    public double margin() {
        return margin;
    }

    /**
     * Reads the name used in files.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Percentile of(String id) {
        for (Percentile p : values()) {
            if (p.id.equals(id)) return p;
        }
        throw new IllegalArgumentException(
                "The percentile \"" + id + "\" is unknown. Use one of mean, p50, p90, p95, p99.");
    }
}
