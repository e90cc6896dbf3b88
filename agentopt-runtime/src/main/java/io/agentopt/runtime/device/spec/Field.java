package io.agentopt.runtime.device.spec;

/** Names of a device's numbers, as device files spell them. */
final class Field {
    static final String PEAKS = "peakTeraflops", MEMORY = "memoryGigabytes", BANDWIDTH = "memoryGigabytesPerSecond";
    static final String INTRA_NODE = "intraNodeGigabytesPerSecond", SCALE_OUT = "scaleOutGigabytesPerSecond";
    static final String HOST_LINK = "hostLinkGigabytesPerSecond", POWER = "tdpWatts", MATMUL = "maxMatmulEfficiency";
    static final String PROCESSORS = "processors", CLOCK = "boostGigahertz", RENTS = "rents";

    private Field() {}
}
