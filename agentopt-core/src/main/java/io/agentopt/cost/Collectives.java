package io.agentopt.cost;

/**
 * Ring all-reduce between devices of one host, in sum form: {@code bytes * 2 (n-1)/n / (rate * efficiency) + latency} each. Switched
 * links (NVLink class) and PCIe have terms of their own; values are rounded from public NCCL and engine measurements.
 *
 * @param efficiency share of the one-way rate that an all-reduce reaches
 * @param latencySeconds fixed time per all-reduce, s
 */
record Collectives(double efficiency, double latencySeconds) {
    private static final double SWITCHED_BYTES_PER_SECOND = 100e9;
    private static final Collectives SWITCHED = new Collectives(0.7, 10e-6);
    private static final Collectives PCIE = new Collectives(0.5, 30e-6);

    static Collectives over(double bytesPerSecond) {
        return bytesPerSecond >= SWITCHED_BYTES_PER_SECOND ? SWITCHED : PCIE;
    }

    double allReduceSeconds(double bytes, double count, int devices, double bytesPerSecond) {
        return 2.0 * (devices - 1) / devices * bytes / (bytesPerSecond * efficiency) + count * latencySeconds;
    }
}
