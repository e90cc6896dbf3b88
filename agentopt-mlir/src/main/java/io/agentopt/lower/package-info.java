/**
 * Step 4 of 6: lower. A graph and a placement become a {@link io.agentopt.program.Program}, in one of two ways with the same
 * meaning: {@link io.agentopt.lower.MlirLowering} through the agent dialect, verified and optimised, or
 * {@link io.agentopt.lower.DirectLowering} in plain Java. {@link io.agentopt.lower.Lowering#best} chooses.
 */
@NullMarked
package io.agentopt.lower;

import org.jspecify.annotations.NullMarked;
