/**
 * Step 5 of 6: detected devices as the planner wants them: each number of a specification with where it comes from.
 */
@NullMarked
package io.agentopt.runtime.device.spec;

import org.jspecify.annotations.NullMarked;
