/**
 * Step 3 of 6: simulate, whole agents. {@link io.agentopt.simulate.agent.PlanSimulation} sends requests through a plan's devices, one operator
 * after the other; {@link io.agentopt.simulate.agent.PercentileModel} predicts the same percentiles from closed forms; and
 * {@link io.agentopt.simulate.agent.VerifiedPlanner} plans until the simulated percentile holds.
 */
@NullMarked
package io.agentopt.simulate.agent;

import org.jspecify.annotations.NullMarked;
