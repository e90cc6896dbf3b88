package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.device.fact.Nvml;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * GPUs of one driver.
 *
 * @param id of its devices, before the number
 * @param api of the driver
 * @param version a file in which the system tells the driver's version
 * @param system where the system's files begin
 */
record GpuFamily(String id, GpuApi api, Path version, Path system) {
    static final GpuFamily CUDA =
            new GpuFamily("cuda", GpuApi.CUDA, Path.of("/proc/driver/nvidia/version"), Path.of("/"));
    static final GpuFamily ROCM =
            new GpuFamily("rocm", GpuApi.HIP, Path.of("/sys/module/amdgpu/version"), Path.of("/"));

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

    /** {@return the library that tells of the cards, by name or path: NVML, or another by {@code agentopt.<id>.management}} */
    String managementLibrary() {
        return System.getProperty("agentopt." + id + ".management", Nvml.LIBRARY);
    }

    /** {@return a provider's device whose sessions run on the driver's card of a number}  AMD's provider goes by an option. */
    EpDevice on(EpDevice device, int card) {
        return api == GpuApi.HIP && card > 0 ? device.with(Map.of("device_id", Integer.toString(card))) : device;
    }

    /** {@return why a provider may not find a card that the driver finds} */
    String unseen() {
        return switch (api) {
            case CUDA -> "";
            case HIP ->
                " ONNX Runtime looks for cards in /sys/class/drm: check that this process sees them there"
                        + " (a container needs /dev/dri as well as /dev/kfd).";
        };
    }

    /** {@return the driver's library, by name or path} */
    String driverLibrary() {
        return otherDriver().map(Path::toString).orElse(api.library());
    }
}
