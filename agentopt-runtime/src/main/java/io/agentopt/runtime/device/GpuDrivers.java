package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuDriver;

/** The drivers of GPUs that this process uses: the system's, or another that a property names. */
public final class GpuDrivers {
    private GpuDrivers() {}

    /** {@return the driver of this machine; the properties {@code agentopt.cuda.driver} and {@code agentopt.rocm.driver} name another library} */
    public static GpuDriver.Outcome open(GpuApi api) {
        return open(
                switch (api) {
                    case CUDA -> GpuFamily.CUDA;
                    case HIP -> GpuFamily.ROCM;
                });
    }

    static GpuDriver.Outcome open(GpuFamily family) {
        return family.otherDriver()
                .map(file -> GpuDriver.open(family.api(), file))
                .orElseGet(() -> GpuDriver.open(family.api()));
    }
}
