package io.agentopt.cost.kernel;

import io.agentopt.hardware.DeviceSpec;
import java.util.Map;

/**
 * How many processors of a GPU share the tiles of a kernel, and at what clock: with 109 equal tiles, 108 processors need two waves. Counts
 * and boost clocks are from memory of the vendors' datasheets, unverified. A device that is missing has no wave penalty.
 *
 * @param processors streaming multiprocessors
 * @param gigahertz boost clock
 */
record Multiprocessors(int processors, double gigahertz) {
    private static final Map<String, Multiprocessors> KNOWN = Map.ofEntries(
            Map.entry("A100-40GB-SXM", new Multiprocessors(108, 1.41)),
            Map.entry("A100-80GB-SXM", new Multiprocessors(108, 1.41)),
            Map.entry("A40", new Multiprocessors(84, 1.74)),
            Map.entry("H100-SXM", new Multiprocessors(132, 1.98)),
            Map.entry("H100-PCIe", new Multiprocessors(114, 1.755)),
            Map.entry("H200", new Multiprocessors(132, 1.98)),
            Map.entry("L4", new Multiprocessors(58, 2.04)),
            Map.entry("L40S", new Multiprocessors(142, 2.52)),
            Map.entry("T4", new Multiprocessors(40, 1.59)),
            Map.entry("V100", new Multiprocessors(80, 1.53)));

    /** {@return processors of a device; 0 where they are unknown} */
    static int of(DeviceSpec device) {
        Multiprocessors known = KNOWN.get(device.id());
        return known == null ? 0 : known.processors;
    }

    /** {@return how much longer a step takes on another device, by the clocks; 1 where one is unknown} */
    static double clock(DeviceSpec device, DeviceSpec other) {
        Multiprocessors from = KNOWN.get(device.id()), to = KNOWN.get(other.id());
        return from == null || to == null ? 1 : from.gigahertz / to.gigahertz;
    }

    /** {@return log of the idle share of the last wave, as a factor of at least 1; 0 below one wave} */
    static double logWaves(double tiles, int processors) {
        return processors == 0 || tiles < processors ? 0 : Math.log(Math.ceil(tiles / processors) * processors / tiles);
    }

    /** {@return log of how many processors there are for each tile; 0 above one wave} */
    static double logIdle(double tiles, int processors) {
        return processors == 0 || tiles >= processors ? 0 : Math.log(processors / tiles);
    }
}
