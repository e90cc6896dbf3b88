/**
 * Step 3 of 6: the placement problem as pure numbers, apart from any agent graph: device classes, operators with their modes,
 * links, limits and the objective; its JSON file; and the plain evaluation of one placement, which everything faster is
 * compared with.
 */
@NullMarked
package io.agentopt.plan.problem;

import org.jspecify.annotations.NullMarked;
