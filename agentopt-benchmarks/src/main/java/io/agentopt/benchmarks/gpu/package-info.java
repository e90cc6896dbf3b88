/** Step 4 of 6: lower. The kernels on a GPU, each beside a device copy of the same bytes. */
@NullMarked
package io.agentopt.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;
