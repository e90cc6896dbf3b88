/**
 * Step 2 of 6: what a serving engine makes of a device. {@link io.agentopt.cost.engine.EngineModel} turns a deployment and a load into time
 * to first token, time per output token or request latency, by {@link io.agentopt.cost.engine.EngineTerms}; {@link
 * io.agentopt.cost.engine.EngineCalibration} fits the terms to measurements. Equations, units and sources: docs/cost-model.md.
 */
@NullMarked
package io.agentopt.cost.engine;

import org.jspecify.annotations.NullMarked;
