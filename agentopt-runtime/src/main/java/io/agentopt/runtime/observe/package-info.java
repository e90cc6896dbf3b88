/**
 * Step 6 of 6: observe. A run tells what it does as {@link io.agentopt.runtime.observe.RunEvent}s to
 * {@link io.agentopt.runtime.observe.RunListener}s; {@link io.agentopt.runtime.observe.AgentReport} holds what was measured
 * against what the plan predicted, {@link io.agentopt.runtime.observe.RunTrace} one run step by step. Nothing is global.
 */
@NullMarked
package io.agentopt.runtime.observe;

import org.jspecify.annotations.NullMarked;
