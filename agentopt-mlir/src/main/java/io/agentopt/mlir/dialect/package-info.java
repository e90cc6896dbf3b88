/** Step 4 of 6: lower (the agent dialect). Its op, attribute and type names, and one builder method for each op. Agent.td defines what they mean. */
@NullMarked
package io.agentopt.mlir.dialect;

import org.jspecify.annotations.NullMarked;
