/**
 * Step 6 of 6: measure this machine. {@link io.agentopt.runtime.calibrate.LocalMachine} is its devices as a fleet for the planner,
 * {@link io.agentopt.runtime.calibrate.Calibrator} runs models on it and fits the cost model to what it sees.
 */
@NullMarked
package io.agentopt.runtime.calibrate;

import org.jspecify.annotations.NullMarked;
