package io.agentopt.plan;

import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.Quanta;

/**
 * A mode of the placement problem and what a plan says about it.
 *
 * @param mode as the solver sees it
 * @param seconds one run, without waiting
 * @param waitSeconds mean wait before it
 * @param busyDevices devices that are busy on average at the planned rate
 * @param relativeSpread expected relative error of that
 * @param confidence source of the estimate
 */
record CandidateMode(
        Mode mode, double seconds, double waitSeconds, double busyDevices, double relativeSpread, String confidence) {
    /** {@return the mode as it counts on a path that it is on so often; what is longer than can be counted is as long as can be} */
    Mode takingOnPath(double pathVisits) {
        return new Mode(
                mode.deviceClass(),
                mode.label(),
                Math.min(Quanta.MAX_SECONDS, CountedModes.times(seconds + waitSeconds, pathVisits)),
                mode.dollarsPerRequest(),
                mode.load(),
                mode.memoryBytes(),
                mode.sharedGroup(),
                mode.sharedBytes(),
                mode.devices());
    }
}
