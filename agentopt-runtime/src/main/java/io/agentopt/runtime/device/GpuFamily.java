package io.agentopt.runtime.device;

/**
 * GPUs of one driver. The two drivers' functions have the same shapes under different names.
 *
 * @param id of its devices, before the number
 * @param vendor who makes them
 * @param property that names the provider's library
 * @param driver the driver's library
 * @param prefix of the driver's functions
 * @param totalMemory the driver's function for memory, whose name has a version in one of them
 */
record GpuFamily(String id, String vendor, String property, String driver, String prefix, String totalMemory) {
    static final GpuFamily CUDA =
            new GpuFamily("cuda", "NVIDIA", "agentopt.cuda.provider", "libcuda.so.1", "cu", "cuDeviceTotalMem_v2");
    static final GpuFamily ROCM =
            new GpuFamily("rocm", "AMD", "agentopt.rocm.provider", "libamdhip64.so", "hip", "hipDeviceTotalMem");
}
