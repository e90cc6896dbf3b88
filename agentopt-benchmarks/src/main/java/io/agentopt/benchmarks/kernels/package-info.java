/** Step 4 of 6: lower. Compiled kernels beside their peers: {@code ./build bench kernels}. Peers compute the same thing as well as each can. */
@NullMarked
package io.agentopt.benchmarks.kernels;

import org.jspecify.annotations.NullMarked;
