/**
 * Step 3 of 6: the measure of plans, {@code ./build bench plan}. Seeded families of placement problems, the planner and CP-SAT on each of them in the
 * same run, replanning, and the report.
 */
@NullMarked
package io.agentopt.benchmarks.plan;

import org.jspecify.annotations.NullMarked;
