package io.agentopt.cost;

import java.util.List;

/**
 * What a fit found.
 *
 * @param efficiency fitted terms, each within its bounds
 * @param used measurements that entered the fit
 * @param rejected why each of the others did not
 * @param medianRelativeError median of |predicted / measured - 1| over the used measurements (in sample)
 */
public record Calibration(DeviceEfficiency efficiency, int used, List<String> rejected, double medianRelativeError) {
    public Calibration {
        rejected = List.copyOf(rejected);
    }
}
