package io.agentopt.examples.tco;

/** What batches may grow to. */
enum Target {
    /** The paper's interactive promise: first token within 250 ms, every other within 20 ms. */
    LATENCY("latency", 0.250, 0.020),
    /** No promise: the largest batch that fits. */
    THROUGHPUT("throughput", Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    private final String label;
    private final double firstTokenSeconds;
    private final double betweenTokensSeconds;

    Target(String label, double firstTokenSeconds, double betweenTokensSeconds) {
        this.label = label;
        this.firstTokenSeconds = firstTokenSeconds;
        this.betweenTokensSeconds = betweenTokensSeconds;
    }

    /** {@return longest time of a prefill batch, or of one decode step, s; infinite without a promise} */
    double limitSeconds(Phase phase) {
        return switch (phase) {
            case PREFILL -> firstTokenSeconds;
            case DECODE -> betweenTokensSeconds;
        };
    }

    @Override
    public String toString() {
        return label;
    }
}
