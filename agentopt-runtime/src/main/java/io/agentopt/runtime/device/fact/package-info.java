/**
 * Step 5 of 6: what the system and the drivers tell of devices, and how fast the processor was measured to be. Everything that
 * somebody does not tell is absent; nothing here throws because a file, a library or a function is not there.
 */
@NullMarked
package io.agentopt.runtime.device.fact;

import org.jspecify.annotations.NullMarked;
