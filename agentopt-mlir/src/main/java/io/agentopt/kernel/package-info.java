/**
 * Step 4 of 6: lower. Kernels: small numeric functions over native buffers (scores, normalisation, sampling), each written once as MLIR beside a plain Java reference. A
 * {@link io.agentopt.kernel.Kernel} runs the reference until compiled code is there and works without any native library. This package is plain Java;
 * {@code io.agentopt.mlir.codegen} implements its {@link io.agentopt.kernel.KernelCompiler}, {@code io.agentopt.kernels} holds the kernels.
 */
@NullMarked
package io.agentopt.kernel;

import org.jspecify.annotations.NullMarked;
