/**
 * Step 1 of 6: the hardware that an agent may run on. A {@link io.agentopt.hardware.DeviceSpec} is one device as numbers, the
 * {@link io.agentopt.hardware.DeviceCatalog} knows the public ones, a {@link io.agentopt.hardware.Fleet} says how many of which
 * there are, how they are linked and what an hour costs by a {@link io.agentopt.hardware.Price} policy.
 */
@NullMarked
package io.agentopt.hardware;

import org.jspecify.annotations.NullMarked;
