package io.agentopt.simulate.agent;

import java.util.Objects;

/**
 * A server of a language model that fails in a simulation and comes back; its requests wait and are computed anew.
 *
 * @param deviceClass on which class, the first server there
 * @param atSeconds when, s after the start
 * @param forSeconds how long it is down, s
 */
public record DeviceFailure(String deviceClass, double atSeconds, double forSeconds) {
    public DeviceFailure {
        Objects.requireNonNull(deviceClass, "deviceClass");
        if (!(atSeconds >= 0 && Double.isFinite(atSeconds)) || !(forSeconds > 0 && Double.isFinite(forSeconds))) {
            throw new IllegalArgumentException("The failure of '" + deviceClass + "' at " + atSeconds + " s for "
                    + forSeconds + " s must begin at 0 or later and last more than 0 s.");
        }
    }
}
