/**
 * Step 3 of 6: plan, as arXiv 2507.19635 writes it. {@link io.agentopt.plan.paper.PaperProblem} is its section 3.1 to the letter, with its
 * worked example; what a plan needs beyond it (critical paths, whole devices, batches, memory, links) is in {@code io.agentopt.plan}.
 */
@NullMarked
package io.agentopt.plan.paper;

import org.jspecify.annotations.NullMarked;
