/**
 * Step 4 of 6: the result of lowering. A {@link io.agentopt.program.Program} is what the runtime executes: granular steps in
 * nested blocks, each with its device, values in numbered slots. It is plain data; functions, tools and models are found by the
 * path of the graph node that a step came from.
 */
@NullMarked
package io.agentopt.program;

import org.jspecify.annotations.NullMarked;
