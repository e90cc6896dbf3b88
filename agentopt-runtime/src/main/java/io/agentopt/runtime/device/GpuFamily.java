package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuApi;
import java.nio.file.Path;
import java.util.Optional;

/**
 * GPUs of one driver.
 *
 * @param id of its devices, before the number
 * @param api of the driver
 * @param version a file in which the system tells the driver's version
 */
record GpuFamily(String id, GpuApi api, Path version) {
    static final GpuFamily CUDA = new GpuFamily("cuda", GpuApi.CUDA, Path.of("/proc/driver/nvidia/version"));
    static final GpuFamily ROCM = new GpuFamily("rocm", GpuApi.HIP, Path.of("/sys/module/amdgpu/version"));

    /** {@return who makes them} */
    String vendor() {
        return api.vendor();
    }

    /** {@return the property that names the provider's library} */
    String property() {
        return "agentopt." + id + ".provider";
    }

    /** {@return another driver's library than the usual, by the property {@code agentopt.<id>.driver}} */
    Optional<Path> otherDriver() {
        return Optional.ofNullable(System.getProperty("agentopt." + id + ".driver"))
                .map(Path::of);
    }

    /** {@return the driver's library, by name or path} */
    String driverLibrary() {
        return otherDriver().map(Path::toString).orElse(api.library());
    }
}
