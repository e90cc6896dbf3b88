/**
 * Step 3 of 6: plan, what waiting costs. Closed forms for many servers with one queue ({@link io.agentopt.plan.queueing.MultiServerQueue})
 * and for servers of language models that share each iteration ({@link io.agentopt.plan.queueing.BatchingServers}), and quantiles from means
 * and variances. Equations, ranges and measured errors: docs/queueing.md.
 */
@NullMarked
package io.agentopt.plan.queueing;

import org.jspecify.annotations.NullMarked;
