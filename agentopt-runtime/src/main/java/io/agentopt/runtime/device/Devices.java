package io.agentopt.runtime.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks at this machine. Never throws: a probe that fails is a device that did not come far, with the reason.
 *
 * <p>GPUs need a provider library of ONNX Runtime; the properties {@code agentopt.cuda.provider} and
 * {@code agentopt.rocm.provider} name it.
 */
public final class Devices {
    private Devices() {}

    /** {@return the CPU, and every GPU or what is missing for one}  Opens libraries and runs a model of one operator on each. */
    public static List<DetectedDevice> detect() {
        List<DetectedDevice> found = new ArrayList<>();
        found.addAll(guarded("cpu", "", DetectedDevice.Kind.CPU, () -> List.of(CpuProbe.probe())));
        for (GpuFamily family : List.of(GpuFamily.CUDA, GpuFamily.ROCM)) {
            found.addAll(
                    guarded(family.id(), family.vendor(), DetectedDevice.Kind.GPU, () -> new GpuProbe(family).probe()));
        }
        return List.copyOf(found);
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
