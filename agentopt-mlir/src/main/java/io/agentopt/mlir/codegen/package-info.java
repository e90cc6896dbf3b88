/**
 * Step 4 of 6: lower (kernels). MLIR of kernels becomes code: {@link io.agentopt.mlir.codegen.CpuCompiler} for this machine's processor,
 * {@link io.agentopt.mlir.codegen.GpuCompiler} for GPUs, kept by {@link io.agentopt.mlir.codegen.KernelCache} and loaded by
 * {@link io.agentopt.mlir.codegen.LoadedObject}. {@link io.agentopt.mlir.codegen.CompiledKernels} is the door.
 */
@NullMarked
package io.agentopt.mlir.codegen;

import org.jspecify.annotations.NullMarked;
