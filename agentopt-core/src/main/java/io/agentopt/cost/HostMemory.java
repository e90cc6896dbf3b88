package io.agentopt.cost;

/**
 * Memory of a host that a device reads or writes over PCIe. Values are assumptions for lack of measurements: a device copies pinned memory by
 * itself, pageable memory goes through a pinned buffer first, which costs a second copy by the CPU.
 */
public enum HostMemory {
    /** Locked in place, so that the device copies it by itself. */
    PINNED(0.8, 10e-6),
    /** Ordinary memory. */
    PAGEABLE(0.35, 20e-6);

    /** One standard deviation of a transfer's time, as a share: an assumption. */
    static final double RELATIVE_SPREAD = 0.5;

    private final double share;
    private final double latencySeconds;

    HostMemory(double share, double latencySeconds) {
        this.share = share;
        this.latencySeconds = latencySeconds;
    }

    /** {@return the hop between this memory and each device, for {@link LoadTime} and {@link KvTransfer}} */
    public LoadStage stage(double pcieBytesPerSecond) {
        return new LoadStage(
                name().toLowerCase(java.util.Locale.ROOT) + " host memory",
                pcieBytesPerSecond * share,
                latencySeconds,
                true);
    }

    /**
     * {@return the time of a copy between host and device, either way: latency + bytes / (rate * share)}
     *
     * @param bytes to copy, at least 0
     * @param pcieBytesPerSecond one-way rate of the device's link to its host, bytes/s
     */
    public Estimate seconds(double bytes, double pcieBytesPerSecond) {
        if (!(bytes >= 0 && Double.isFinite(bytes))) {
            throw new IllegalArgumentException(
                    "A copy of " + bytes + " bytes between host and device must be of a finite number of at least 0.");
        }
        LoadStage stage = stage(pcieBytesPerSecond);
        double moving = bytes / stage.bytesPerSecond();
        return new Estimate.Known(
                stage.latencySeconds() + moving,
                RELATIVE_SPREAD,
                Confidence.GENERIC,
                new Estimate.Breakdown(0, moving, stage.latencySeconds(), 0));
    }
}
