package io.agentopt.runtime.device;

import io.agentopt.mlir.gpu.GpuDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks at this machine. Never throws: a probe that fails is a device that did not come far, with the reason.
 *
 * <p>GPUs need a provider library of ONNX Runtime; the properties {@code agentopt.cuda.provider} and
 * {@code agentopt.rocm.provider} name it (for AMD the MIGraphX plugin). Any other provider is named by
 * {@code agentopt.provider.<id>}: a library, or a name that ONNX Runtime knows, such as {@code OpenVINO}. Each of these properties
 * with {@code .options} behind it lists options of sessions as {@code key=value,key=value}. A library is loaded into this
 * process only after another process came back from it ({@code agentopt.probe=inprocess} turns that off).
 */
public final class Devices {
    private Devices() {}

    /** {@return the CPU, and every GPU or what is missing for one}  Opens libraries and runs a model of one operator on each. */
    public static List<DetectedDevice> detect() {
        List<DetectedDevice> found =
                new ArrayList<>(guarded("cpu", "", DetectedDevice.Kind.CPU, () -> List.of(CpuProbe.probe())));
        GuardedProbe guard = new GuardedProbe();
        for (Probe probe : probes()) {
            DetectedDevice place = probe.stopped(Rung.INIT_FAILED, "");
            found.addAll(guarded(place.id(), place.vendor(), place.kind(), () -> guard.devices(probe)));
        }
        return List.copyOf(found);
    }

    /** {@return the driver that reaches a GPU, or why none does} */
    public static GpuDriver.Outcome driver(DetectedDevice gpu) {
        for (GpuFamily family : List.of(GpuFamily.CUDA, GpuFamily.ROCM)) {
            if (!gpu.id().startsWith(family.id() + ":")) continue;
            return family.otherDriver()
                    .map(file -> GpuDriver.open(family.api(), file))
                    .orElseGet(() -> GpuDriver.open(family.api()));
        }
        return new GpuDriver.Absent("No driver of a GPU reaches the device '" + gpu.id() + "'.");
    }

    /** {@return the ways to devices other than the CPU} */
    static List<Probe> probes() {
        List<Probe> probes = new ArrayList<>(List.of(new GpuProbe(GpuFamily.CUDA), new GpuProbe(GpuFamily.ROCM)));
        probes.addAll(PluginProbe.configured());
        return probes;
    }

    private static List<DetectedDevice> guarded(
            String id, String vendor, DetectedDevice.Kind kind, Supplier<List<DetectedDevice>> probe) {
        try {
            return probe.get();
        } catch (RuntimeException | LinkageError e) {
            return List.of(new DetectedDevice(
                    id, vendor, kind, "", Rung.INIT_FAILED, "The probe failed: " + e, 0, Map.of(), Optional.empty()));
        }
    }
}
