package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;

/** Tells how long work takes. Implementations are immutable and thread-safe; an estimate takes about a microsecond. */
public interface CostModel {
    /**
     * Estimates work on one device or on several of a kind that share it.
     *
     * @param demand the work, in total
     * @param device one of the devices
     * @param tensorParallel how many share the work, at least 1
     * @return a time, or why there is none; never NaN
     */
    Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel);

    /** Estimates work on one device. */
    default Estimate seconds(Demand demand, DeviceSpec device) {
        return seconds(demand, device, 1);
    }

    /**
     * Adds the time of work to a sum; what {@link #seconds(Demand, DeviceSpec, int)} says, for loops that must not make objects.
     *
     * @param sum takes the time, or why there is none
     */
    default void addSeconds(Demand demand, DeviceSpec device, int tensorParallel, SecondsSum sum) {
        sum.add(seconds(demand, device, tensorParallel));
    }
}
