package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuApi;

/**
 * GPUs of one driver.
 *
 * @param id of its devices, before the number
 * @param api of the driver
 * @param property that names the provider's library
 */
record GpuFamily(String id, GpuApi api, String property) {
    static final GpuFamily CUDA = new GpuFamily("cuda", GpuApi.CUDA, "agentopt.cuda.provider");
    static final GpuFamily ROCM = new GpuFamily("rocm", GpuApi.HIP, "agentopt.rocm.provider");

    /** {@return who makes them} */
    String vendor() {
        return api.vendor();
    }
}
