package io.agentopt.runtime.device;

import java.nio.file.Path;

/**
 * GPUs of one driver. The two drivers' functions have the same shapes under different names.
 *
 * @param id of its devices, before the number
 * @param vendor who makes them
 * @param driver the driver's library; the property {@code agentopt.<id>.driver} names another
 * @param prefix of the driver's functions
 * @param totalMemory the driver's function for memory, whose name has a version in one of them
 * @param version a file in which the system tells the driver's version
 */
record GpuFamily(String id, String vendor, String driver, String prefix, String totalMemory, Path version) {
    static final GpuFamily CUDA = new GpuFamily(
            "cuda", "NVIDIA", "libcuda.so.1", "cu", "cuDeviceTotalMem_v2", Path.of("/proc/driver/nvidia/version"));
    static final GpuFamily ROCM = new GpuFamily(
            "rocm", "AMD", "libamdhip64.so", "hip", "hipDeviceTotalMem", Path.of("/sys/module/amdgpu/version"));

    /** {@return the property that names the provider's library} */
    String property() {
        return "agentopt." + id + ".provider";
    }

    /** {@return the driver's library, by name or path} */
    String driverLibrary() {
        return System.getProperty("agentopt." + id + ".driver", driver);
    }
}
