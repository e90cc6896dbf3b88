/**
 * Step 5 of 6: run, what the user plugs in: one interface for each kind of model that AgentOpt has no engine of its own for, and
 * {@link io.agentopt.runtime.runner.Runners}, which keeps them by name. {@code AgentOptions} takes them.
 *
 * <p>A runner is called on a virtual thread, by any number of runs at a time. The thread is interrupted when the run is cancelled or its time is over; what a
 * runner throws is its node's failure.
 */
@NullMarked
package io.agentopt.runtime.runner;

import org.jspecify.annotations.NullMarked;
