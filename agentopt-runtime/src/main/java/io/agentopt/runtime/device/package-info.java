/**
 * Step 5 of 6: which devices this machine has, and how far each came on the way to running a model. "Compiled in" is not
 * "available": a device counts when it has run a model and the numbers were right.
 */
@NullMarked
package io.agentopt.runtime.device;

import org.jspecify.annotations.NullMarked;
