/**
 * Step 2 of 6: what work costs on a device. A {@link io.agentopt.cost.Demand} says how much arithmetic and memory traffic an operator
 * needs, a {@link io.agentopt.cost.CostModel} turns it into an {@link io.agentopt.cost.Estimate} of seconds,
 * {@link io.agentopt.cost.TransferCost} prices what moves between devices and {@link io.agentopt.cost.MoneyCost} turns seconds into
 * dollars. Equations, units and sources: docs/cost-model.md.
 */
@NullMarked
package io.agentopt.cost;

import org.jspecify.annotations.NullMarked;
