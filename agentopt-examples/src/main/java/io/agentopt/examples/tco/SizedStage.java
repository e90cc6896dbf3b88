package io.agentopt.examples.tco;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A phase on a device, searched over degrees and batches.
 *
 * @param device name in the device set
 * @param phase prefill or decode
 * @param best the degree of least device-seconds per request, or why there is none
 * @param byDegree every degree tried, smallest first
 * @param slowDeviceSeconds device-seconds per request if times are one spread longer; absent if nothing works then
 * @param fastDeviceSeconds the same one spread shorter
 */
record SizedStage(
        String device,
        Phase phase,
        Stage best,
        Map<Integer, Stage> byDegree,
        OptionalDouble slowDeviceSeconds,
        OptionalDouble fastDeviceSeconds) {

    /** {@return whether another of the same panel is this one} */
    boolean sameAs(SizedStage other) {
        return device.equals(other.device) && phase == other.phase;
    }

    Optional<Stage.Sized> sized() {
        return best instanceof Stage.Sized s ? Optional.of(s) : Optional.empty();
    }

    /** {@return the device-seconds at times as estimated, one spread longer (+1) or shorter (-1)} */
    OptionalDouble deviceSeconds(int spreads) {
        if (spreads > 0) return slowDeviceSeconds;
        if (spreads < 0) return fastDeviceSeconds;
        return best instanceof Stage.Sized s ? OptionalDouble.of(s.deviceSeconds()) : OptionalDouble.empty();
    }
}
