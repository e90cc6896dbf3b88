/**
 * Step 4 of 6: lower (GPU launchers). The CUDA driver API and HIP behind one interface, through the foreign function interface: no toolkit is needed,
 * only the driver that comes with the card. {@link io.agentopt.mlir.gpu.GpuDriver} finds devices, {@link io.agentopt.mlir.gpu.GpuContext} owns what lives
 * on one of them. Raw addresses stay inside the package; every use of one checks first that it is alive and belongs to the same device.
 */
@NullMarked
package io.agentopt.mlir.gpu;

import org.jspecify.annotations.NullMarked;
