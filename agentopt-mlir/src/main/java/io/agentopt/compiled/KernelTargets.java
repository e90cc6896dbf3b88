package io.agentopt.compiled;

import io.agentopt.mlir.codegen.CpuTarget;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What kernels of a plan are compiled for.
 *
 * @param processors of the hosts; objects run on these alone and on no other processor
 * @param gpus code for NVIDIA's runs on later ones too
 */
public record KernelTargets(List<CpuTarget> processors, List<GpuTarget> gpus) {
    public KernelTargets {
        processors = List.copyOf(new LinkedHashSet<>(processors));
        gpus = List.copyOf(new LinkedHashSet<>(gpus));
    }

    /**
     * {@return this machine's processor, and the GPUs that a plan uses} A plan names no processor, so the hosts are taken to be like this machine.
     *
     * @throws IllegalStateException when the code generation library is unavailable
     */
    public static KernelTargets of(Plan<?, ?> plan) {
        Set<GpuTarget> gpus = new LinkedHashSet<>();
        for (PlannedDevices devices : plan.devices()) gpu(devices.device()).ifPresent(gpus::add);
        return new KernelTargets(List.of(CpuTarget.host()), List.copyOf(gpus));
    }

    /** {@return this machine's processor, and the GPU that a device class of a plan consists of, if it does; errors as in {@link #of(Plan)}} */
    static KernelTargets of(Plan<?, ?> plan, String deviceClass) {
        List<GpuTarget> gpus = plan.devices().stream()
                .filter(d -> d.deviceClass().equals(deviceClass))
                .flatMap(d -> gpu(d.device()).stream())
                .toList();
        return new KernelTargets(List.of(CpuTarget.host()), gpus);
    }

    /** {@return the targets of both} */
    KernelTargets and(KernelTargets other) {
        List<CpuTarget> cpus = new ArrayList<>(processors);
        cpus.addAll(other.processors);
        List<GpuTarget> both = new ArrayList<>(gpus);
        both.addAll(other.gpus);
        return new KernelTargets(cpus, both);
    }

    /** {@return the target of a device of the catalog; empty where kernels are not compiled for it} PTX of a generation runs on all later ones. */
    static Optional<GpuTarget> gpu(String device) {
        String model = device.toUpperCase(Locale.ROOT);
        if (model.matches("(GB|B)[23]00.*|RTX-PRO-6000.*")) return Optional.of(new GpuTarget.Nvidia("sm_100"));
        if (model.matches("(H100|H200|GH200).*")) return Optional.of(new GpuTarget.Nvidia("sm_90"));
        if (model.matches("(A100|A10|A10G|A40|L4|L40S|RTX-4090)(-.*)?"))
            return Optional.of(new GpuTarget.Nvidia("sm_80"));
        if (model.matches("MI(300X|325X).*")) return Optional.of(new GpuTarget.Amd("gfx942"));
        if (model.matches("MI2(10|50X?).*")) return Optional.of(new GpuTarget.Amd("gfx90a"));
        return Optional.empty();
    }
}
