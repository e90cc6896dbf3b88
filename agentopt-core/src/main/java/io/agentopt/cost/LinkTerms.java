package io.agentopt.cost;

/**
 * What an exchange over one level of a topology takes where nothing was measured there: {@code launch + bytes on the wire / (rate * share) +
 * middle * sqrt(bytes)}. Values are rounded from fits to the measurements named in docs/cost-model.md; the spread is the root mean square of
 * the log errors that they leave over those, each set with the same weight.
 *
 * @param share of the one-way rate that large messages reach
 * @param launchSeconds fixed time, s
 * @param middle time of middle sizes, s/sqrt(byte)
 * @param relativeSpread one standard deviation, as a share of the time
 */
record LinkTerms(double share, double launchSeconds, double middle, double relativeSpread) {
    private static final double SWITCHED_BYTES_PER_SECOND = 100e9;

    /** NVLink and its like. */
    static final LinkTerms SWITCHED = new LinkTerms(0.75, 7e-6, 8e-9, 0.4);

    /** PCIe, between devices or islands of a host. */
    static final LinkTerms PCIE = new LinkTerms(0.33, 8e-6, 1e-7, 0.65);

    /** Between hosts. */
    static final LinkTerms NETWORK = new LinkTerms(0.25, 30e-6, 1e-7, 0.55);

    /** {@return the terms of a link inside a host} */
    static LinkTerms inside(double bytesPerSecond) {
        return bytesPerSecond >= SWITCHED_BYTES_PER_SECOND ? SWITCHED : PCIE;
    }

    double seconds(double wireSeconds, double bytes) {
        return launchSeconds + wireSeconds / share + middle * Math.sqrt(bytes);
    }
}
