/**
 * Step 6 of 6: the cost model against measurements by others. {@link io.agentopt.benchmarks.cost.CostBench} runs one {@link
 * io.agentopt.benchmarks.cost.CostMetricGroup} after another; each splits its files into calibration and test rows.
 */
@NullMarked
package io.agentopt.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
