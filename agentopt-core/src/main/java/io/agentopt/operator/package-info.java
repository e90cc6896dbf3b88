/**
 * Step 1 of 6: what a node of an agent graph does: the sealed family {@link io.agentopt.operator.Operator}, one record an
 * operator, and the static factories of {@link io.agentopt.operator.Operators} that read well in a graph declaration.
 */
@NullMarked
package io.agentopt.operator;

import org.jspecify.annotations.NullMarked;
