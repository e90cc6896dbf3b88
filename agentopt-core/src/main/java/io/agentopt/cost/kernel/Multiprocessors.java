package io.agentopt.cost.kernel;

import io.agentopt.hardware.DeviceSpec;

/**
 * How the processors of a GPU share the tiles of a kernel: with 109 equal tiles, 108 processors need two waves. A device whose processors are
 * unknown has no wave penalty.
 */
final class Multiprocessors {
    private Multiprocessors() {}

    /** {@return processors of a device; 0 where they are unknown} */
    static int of(DeviceSpec device) {
        return device.processors().orElse(0);
    }

    /** {@return how much longer a step takes on another device, by the clocks; 1 where one is unknown} */
    static double clock(DeviceSpec device, DeviceSpec other) {
        if (device.boostHertz().isEmpty() || other.boostHertz().isEmpty()) return 1;
        return device.boostHertz().getAsDouble() / other.boostHertz().getAsDouble();
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
