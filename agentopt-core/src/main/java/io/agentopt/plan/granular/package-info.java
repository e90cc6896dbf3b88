/**
 * Step 3 of 6: plan, the graph taken apart. {@link io.agentopt.plan.granular.GranularGraph} splits LLM calls into prefill and
 * decode and unfolds regions into one acyclic graph of operators, each with how often it runs per request.
 */
@NullMarked
package io.agentopt.plan.granular;

import org.jspecify.annotations.NullMarked;
