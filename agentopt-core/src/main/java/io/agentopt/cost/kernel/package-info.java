/**
 * Step 2 of 6: how long one kernel takes. A {@link io.agentopt.cost.kernel.KernelShape} is a matrix product, an attention, an exchange
 * between devices or an elementwise operator with its sizes; a {@link io.agentopt.cost.kernel.KernelForm} the equation of its time on a device, with bounded terms; {@link
 * io.agentopt.cost.kernel.KernelCalibration} fits the terms to measurements and gives a {@link io.agentopt.cost.kernel.KernelModel}.
 * Equations, units and measured errors: docs/cost-model.md.
 */
@NullMarked
package io.agentopt.cost.kernel;

import org.jspecify.annotations.NullMarked;
