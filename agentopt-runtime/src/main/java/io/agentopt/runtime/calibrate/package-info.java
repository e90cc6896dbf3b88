/**
 * Step 6 of 6: measure this machine. {@link io.agentopt.runtime.calibrate.Calibrator} runs models on a device and fits the cost model to what
 * it sees ({@link io.agentopt.runtime.calibrate.PointChoice} says what it times next), {@link io.agentopt.runtime.calibrate.LocalMachine}
 * is its devices as a fleet for the planner, {@link io.agentopt.runtime.calibrate.RunMeasurements} learns from runs of an agent.
 */
@NullMarked
package io.agentopt.runtime.calibrate;

import org.jspecify.annotations.NullMarked;
