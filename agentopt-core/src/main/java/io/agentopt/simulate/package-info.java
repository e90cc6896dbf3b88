/**
 * Step 3 of 6: simulate. {@link io.agentopt.simulate.TraceSimulation} sends requests through simulated servers of language models and says
 * in a {@link io.agentopt.simulate.SimulationReport} how long they took, where closed forms only say how long they take on average.
 */
@NullMarked
package io.agentopt.simulate;

import org.jspecify.annotations.NullMarked;
