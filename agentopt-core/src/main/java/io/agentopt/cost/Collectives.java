package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import java.util.OptionalDouble;

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

    private static Collectives over(double bytesPerSecond) {
        return bytesPerSecond >= SWITCHED_BYTES_PER_SECOND ? SWITCHED : PCIE;
    }

    /** {@return seconds of the all-reduces of work that devices share; 0 on one device or where the link is unknown} */
    static double seconds(Demand demand, DeviceSpec device, int devices) {
        OptionalDouble link = device.intraNodeBytesPerSecond();
        if (devices == 1 || demand.reductions() == 0 || link.isEmpty()) return 0;
        Collectives terms = over(link.getAsDouble());
        double bytes = 2.0 * (devices - 1) / devices * demand.reduceBytes();
        return bytes / (link.getAsDouble() * terms.efficiency) + demand.reductions() * terms.latencySeconds;
    }
}
