/**
 * Step 5 of 6: run. The front door of the runtime: {@link io.agentopt.runtime.AgentRuntime} opens the engines that a program needs
 * and returns an {@link io.agentopt.runtime.Agent}, which answers until it is closed. Nothing is shared between agents, and
 * nothing is static.
 *
 * <p>Processing order: {@code LocalDevices} finds a device of this machine for each device class of the plan; {@code Engines} opens the
 * models; {@code EngineModelRunner} binds model steps to them; {@code dispatch} executes; {@code observe} reports.
 */
@NullMarked
package io.agentopt.runtime;

import org.jspecify.annotations.NullMarked;
