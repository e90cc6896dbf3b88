/**
 * Step 4 of 6: lower. The kernels, one a file: parameters, buffers and the plain Java meaning of each. The MLIR of kernel NAME is the resource {@code NAME.mlir} of this
 * package. {@link io.agentopt.kernels.KernelCatalog} lists them.
 */
@NullMarked
package io.agentopt.kernels;

import org.jspecify.annotations.NullMarked;
